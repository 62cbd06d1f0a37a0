#include "control/metrics_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace arpad {
namespace {

void append_escaped(std::string& text, std::string_view value) {
    for (const char character : value) {
        switch (character) {
            case '\\':
                text += "\\\\";
                break;
            case '"':
                text += "\\\"";
                break;
            case '\n':
                text += "\\n";
                break;
            default:
                text += character;
        }
    }
}

}  // namespace

void MetricsText::begin(std::string_view name, std::string_view type, std::string_view help) {
    family_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   type);
}

void MetricsText::add(Labels labels, double value, std::string_view suffix) {
    text_ += family_;
    text_ += suffix;
    char separator = '{';
    for (const auto& [name, text] : labels) {
        text_ += separator;
        text_ += name;
        text_ += "=\"";
        append_escaped(text_, text);
        text_ += '"';
        separator = ',';
    }
    if (labels.size() > 0) text_ += '}';
    fmt::format_to(std::back_inserter(text_), " {}\n", value);
}

}  // namespace arpad
