#include "zone/serials.hpp"

namespace arpad {
namespace {

using std::chrono::system_clock;

Serial seconds_since_1970(system_clock::time_point now) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    return {static_cast<std::uint32_t>(seconds)};
}

/// YYYYMMDD00
Serial first_of_day(system_clock::time_point now) noexcept {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
    const auto year = static_cast<std::uint32_t>(static_cast<int>(day.year()));
    const auto month = static_cast<unsigned>(day.month());
    return {((year * 100 + month) * 100 + static_cast<unsigned>(day.day())) * 100};
}

}  // namespace

std::optional<SerialFormat> serial_format_from_text(std::string_view text) noexcept {
    if (text == "counter") return SerialFormat::counter;
    if (text == "unixtime") return SerialFormat::unix_time;
    if (text == "date") return SerialFormat::date;
    return std::nullopt;
}

Serial next_serial(SerialFormat format, std::optional<Serial> last,
                   system_clock::time_point now) noexcept {
    if (format == SerialFormat::counter) return last.value_or(Serial{0}).next();
    const Serial by_clock =
        format == SerialFormat::date ? first_of_day(now) : seconds_since_1970(now);
    if (!last || is_newer(by_clock, *last)) return by_clock;
    return last->next();
}

SerialDecision decide_serial(const SerialModel& model, const Digest& content,
                             const std::optional<ServedContent>& last, SerialFormat format,
                             system_clock::time_point now) noexcept {
    if (model.kind == SerialModel::Kind::fixed) return {model.value};
    const bool has_floor = model.kind == SerialModel::Kind::floor;
    if (!last) return {has_floor ? model.value : next_serial(format, std::nullopt, now)};
    if (has_floor && is_newer(model.value, last->serial)) return {model.value};
    if (content == last->content) return {last->serial};
    if (has_floor) return {last->serial.next(), true};
    return {next_serial(format, last->serial, now)};
}

}  // namespace arpad
