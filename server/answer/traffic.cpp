#include "answer/traffic.hpp"

namespace arpad {
namespace {

void add(Traffic::Channel& sum, const Traffic::Channel& channel) noexcept {
    for (std::size_t i = 0; i < sum.by_rcode.size(); ++i) sum.by_rcode[i] += channel.by_rcode[i];
    sum.silent += channel.silent;
    sum.truncated += channel.truncated;
}

}  // namespace

void Traffic::add(const Traffic& other) noexcept {
    for (std::size_t i = 0; i < transports; ++i) {
        for (std::size_t j = 0; j < families; ++j) {
            arpad::add(channels[i][j], other.channels[i][j]);
        }
        latencies[i].add(other.latencies[i]);
    }
    for (std::size_t i = 0; i < by_type.size(); ++i) by_type[i] += other.by_type[i];
    for (std::size_t i = 0; i < by_client.size(); ++i) by_client[i] += other.by_client[i];
}

Traffic::Channel Traffic::total() const noexcept {
    Channel sum;
    for (const auto& by_family : channels) {
        for (const Channel& channel : by_family) arpad::add(sum, channel);
    }
    return sum;
}

std::string Traffic::type_text(std::size_t slot) {
    static_assert(last_slot + 1 == std::tuple_size_v<decltype(by_type)>);
    if (slot == last_slot) return "other";
    const std::size_t number =
        slot <= last_low_type ? slot : slot - last_low_type - 1 + first_high_type;
    return to_text(static_cast<RrType>(number));
}

}  // namespace arpad
