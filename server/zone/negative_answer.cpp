#include "zone/negative_answer.hpp"

#include <algorithm>
#include <cstring>

#include "base/invariant.hpp"
#include "dns/message.hpp"
#include "dns/reader.hpp"
#include "dns/writer.hpp"

namespace arpad {
namespace {

constexpr std::uint8_t pointer_bits = 0xC0;

NameView last_label(NameView name) noexcept {
    return name.is_root() ? name : name.suffix(1);
}

}  // namespace

NegativeAnswer::NegativeAnswer(NameView apex, RrsetView soa, Ttl ttl) {
    WireReader names(*soa.begin());
    for (int i = 0; i < 2; ++i) {
        const NameView name = NameView::of_valid_wire(names.read_plain_name());
        if (last_label(name) == last_label(apex)) return;
    }
    const auto question = Name(apex).below("0");
    if (!question) return;  // too long to have names below it
    question_octets_ = question->view().octets();

    std::array<std::uint8_t, 2048> message;
    MessageWriter writer(message, message.size());
    for (std::size_t i = 0; i < header_octets; i += 2) writer.put_u16(0);
    writer.put_plain_name(*question);
    writer.put_u32(0);  // type and class
    const std::size_t start = writer.position();
    writer.put_name(apex);
    writer.put_u16(static_cast<std::uint16_t>(RrType::soa));
    writer.put_u16(static_cast<std::uint16_t>(RrClass::in));
    writer.put_u32(ttl.seconds);
    const std::size_t rdata = writer.position() + 2 - start;
    writer.put_rdata(RrType::soa, *soa.begin());
    ensure(writer.is_intact(), "a SOA fits 2048 octets");
    const auto encoded = std::span(message).first(writer.position()).subspan(start);
    octets_.assign(encoded.begin(), encoded.end());
    note_pointers(rdata);
}

/// `rdata` is where the RDATA stands.
void NegativeAnswer::note_pointers(std::size_t rdata) {
    std::size_t at = 0;
    for (std::size_t name = 0; name < pointers_.size(); ++name) {
        while (octets_[at] != 0 && octets_[at] < pointer_bits) at += 1U + octets_[at];
        const bool is_pointer = octets_[at] != 0;
        if (is_pointer) pointers_[pointer_count_++] = static_cast<std::uint16_t>(at);
        at = name == 0 ? rdata : at + (is_pointer ? 2 : 1);
    }
}

void NegativeAnswer::copy_to(std::uint8_t* to, std::size_t question_octets) const noexcept {
    std::memcpy(to, octets_.data(), octets_.size());
    const std::size_t moved = question_octets - question_octets_;  // modulo 2^64, as is the sum
    for (std::size_t i = 0; i < pointer_count_; ++i) {
        std::uint8_t* const at = to + pointers_[i];
        const std::size_t target = (std::size_t{at[0]} << 8U | at[1]) + moved;
        at[0] = static_cast<std::uint8_t>(target >> 8U);
        at[1] = static_cast<std::uint8_t>(target);
    }
}

}  // namespace arpad
