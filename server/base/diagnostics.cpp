#include "base/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace arpad {

std::string Diagnostic::location() const {
    std::string text = file;
    if (place.line != 0) text += fmt::format(":{}", place.line);
    if (place.line != 0 && place.column != 0) text += fmt::format(":{}", place.column);
    if (!text.empty()) text += ": ";
    return text;
}

std::string Diagnostic::to_text() const {
    std::string text = location();
    text += severity == Severity::error ? "error: " : "warning: ";
    text += message;
    if (!advice.empty()) text += "\n  " + advice;
    return text;
}

void Diagnostics::error(std::string_view file, Place place, std::string message,
                        std::string advice) {
    entries_.push_back(
        {Severity::error, std::string(file), place, std::move(message), std::move(advice)});
    ++error_count_;
}

void Diagnostics::warning(std::string_view file, Place place, std::string message,
                          std::string advice) {
    entries_.push_back(
        {Severity::warning, std::string(file), place, std::move(message), std::move(advice)});
}

void Diagnostics::add(Diagnostic entry) {
    if (entry.severity == Severity::error) ++error_count_;
    entries_.push_back(std::move(entry));
}

void Diagnostics::append(Diagnostics other) {
    error_count_ += other.error_count_;
    std::ranges::move(other.entries_, std::back_inserter(entries_));
}

void Diagnostics::sort() {
    std::ranges::stable_sort(
        entries_, {}, [](const Diagnostic& entry) { return std::tie(entry.file, entry.place); });
}

std::string Diagnostics::to_text() const {
    std::string text;
    for (const Diagnostic& entry : entries_) text += entry.to_text() + '\n';
    return text;
}

bool Diagnostics::has_error_in(std::string_view file) const {
    return std::ranges::any_of(entries_, [file](const Diagnostic& entry) {
        return entry.severity == Severity::error && entry.file == file;
    });
}

}  // namespace arpad
