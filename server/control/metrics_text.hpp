/// \file  Metrics as Prometheus reads them: its text format, version 0.0.4.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace arpad {

/// Writes families of samples, one after the other. Threads: one.
class MetricsText {
public:
    using Label = std::pair<std::string_view, std::string_view>;
    using Labels = std::initializer_list<Label>;

    /// Begins the family `name` of `type` counter, gauge or histogram; `help` is a sentence.
    void begin(std::string_view name, std::string_view type, std::string_view help);

    /// Adds a sample to the family; of a histogram with the `suffix` that the format asks for.
    void add(Labels labels, double value, std::string_view suffix = {});

    /// A family of one sample.
    void put(std::string_view name, std::string_view type, std::string_view help, double value) {
        begin(name, type, help);
        add({}, value);
    }

    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
    std::string family_;
};

}  // namespace arpad
