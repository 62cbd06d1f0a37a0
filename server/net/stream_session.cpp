#include "net/stream_session.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "dns/message.hpp"

namespace arpad {

using std::chrono::steady_clock;

namespace {

constexpr std::size_t length_octets = 2;

std::size_t framed_length(const std::uint8_t* frame) noexcept {
    return static_cast<std::size_t>(frame[0] << 8U | frame[1]);
}

}  // namespace

StreamSession::StreamSession(Responder& responder, Telemetry& telemetry,
                             std::span<std::uint8_t> scratch, const Endpoint& client,
                             Transport transport)
    : responder_(responder),
      telemetry_(telemetry),
      client_(client),
      transport_(transport),
      scratch_(scratch) {}

std::span<std::uint8_t> StreamSession::input_space() {
    if (input_start_ > 0) {
        std::memmove(input_.data(), input_.data() + input_start_, buffered());
        input_end_ = buffered();
        input_start_ = 0;
    }
    std::size_t wanted = first_input_octets;
    if (buffered() >= length_octets) {
        wanted = std::max(wanted, length_octets + framed_length(input_.data()));
    }
    if (input_.size() < wanted) input_.resize(wanted);
    if (input_.size() > wanted && buffered() == 0) {
        input_.resize(wanted);  // what one large query took is not kept for the next
        input_.shrink_to_fit();
    }
    return std::span(input_).subspan(input_end_);
}

void StreamSession::receive(std::size_t octets) {
    input_end_ += octets;
    answer_buffered();
}

void StreamSession::take_output(std::vector<std::uint8_t>& sent) {
    sent.clear();
    sent.swap(output_);
    answer_buffered();
}

void StreamSession::add_part(std::span<const std::uint8_t> part) {
    output_.insert(output_.end(), part.begin(), part.end());
}

std::unique_ptr<OutgoingTransfer> StreamSession::end_transfer() {
    auto ended = std::move(transfer_);
    answer_buffered();
    return ended;
}

void StreamSession::answer_buffered() {
    while (wants_input() && buffered() >= length_octets) {
        const std::uint8_t* const frame = input_.data() + input_start_;
        const std::size_t length = framed_length(frame);
        if (buffered() < length_octets + length) return;
        input_start_ += length_octets + length;
        ++queries_;
        answer({frame + length_octets, length});
    }
}

void StreamSession::answer(std::span<const std::uint8_t> query) {
    const auto start = telemetry_.is_timing() ? steady_clock::now() : steady_clock::time_point();
    const Outcome outcome =
        responder_.respond({query, transport_, client_.address, keepalive_}, scratch_);
    if (outcome.kind == Outcome::Kind::transfer) transfer_ = responder_.take_transfer();
    if (outcome.kind == Outcome::Kind::update) {
        update_ = responder_.take_update();
        is_updating_ = true;
    }
    if (outcome.kind == Outcome::Kind::answer) {
        put_reply(scratch_.first(outcome.octets));
        if (telemetry_.is_timing()) {
            telemetry_.add_time(transport_, steady_clock::now() - start, 1);
        }
    }
    tell(query, outcome);
}

void StreamSession::put_reply(std::span<const std::uint8_t> reply) {
    output_.push_back(static_cast<std::uint8_t>(reply.size() >> 8U));
    output_.push_back(static_cast<std::uint8_t>(reply.size()));
    output_.insert(output_.end(), reply.begin(), reply.end());
}

void StreamSession::end_update(std::span<const std::uint8_t> reply) {
    put_reply(reply);
    is_updating_ = false;
    answer_buffered();
}

void StreamSession::tell(std::span<const std::uint8_t> query, const Outcome& outcome) {
    telemetry_.count(outcome, transport_, client_.address.family());
    if (!telemetry_.is_looking()) return;
    telemetry_.look_at({query, outcome, transport_, client_});
}

}  // namespace arpad
