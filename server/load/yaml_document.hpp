/// \file  A YAML file as it was written: with the place of everything, and with duplicate keys.
///
/// Stands between yaml-cpp, which nothing else includes, and the readers of the single formats.
/// What a configuration needs of YAML and no more: no anchors, aliases, merge keys, tags, several
/// documents, keys that are no plain text, files that are no mapping. A million records take about
/// 100 MB. Threads: immutable once parsed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"

namespace arpad {

enum class YamlKind : std::uint8_t { null, scalar, sequence, mapping };

/// How a scalar is written.
enum class YamlStyle : std::uint8_t {
    plain,
    quoted,
    literal,  ///< A block behind `|`: its lines are those of the file, moved in.
    folded,   ///< A block behind `>`, whose lines are joined.
};

/// The nodes of a document in the order written, each container before its children. In a mapping
/// keys and values take turns.
struct YamlTape {
    struct Item {
        std::uint32_t next = 0;         ///< Index behind this node and all its children.
        std::uint32_t text_offset = 0;  ///< Of a scalar's text in `text`.
        std::uint32_t text_octets = 0;
        Place place;
        YamlKind kind = YamlKind::null;
        YamlStyle style = YamlStyle::plain;
    };

    std::vector<Item> items;
    std::string text;  ///< Of all scalars.
};

template <class Iterator>
struct YamlRange;
class YamlItemIterator;
class YamlEntryIterator;

/// A borrowed node; lives as long as its YamlDocument.
class YamlNode {
public:
    [[nodiscard]] YamlKind kind() const noexcept { return item().kind; }
    [[nodiscard]] bool is_null() const noexcept { return kind() == YamlKind::null; }
    [[nodiscard]] bool is_scalar() const noexcept { return kind() == YamlKind::scalar; }
    [[nodiscard]] bool is_sequence() const noexcept { return kind() == YamlKind::sequence; }
    [[nodiscard]] bool is_mapping() const noexcept { return kind() == YamlKind::mapping; }

    /// Where it begins. A value that was left out has its key's place, an item its dash's.
    [[nodiscard]] Place place() const noexcept { return item().place; }

    /// A scalar's text without quotes, escapes decoded; empty for all else.
    [[nodiscard]] std::string_view text() const noexcept {
        return std::string_view(tape_->text).substr(item().text_offset, item().text_octets);
    }

    /// How a scalar is written.
    [[nodiscard]] YamlStyle style() const noexcept { return item().style; }

    /// Whether a scalar was written in quotes.
    [[nodiscard]] bool is_quoted() const noexcept { return style() == YamlStyle::quoted; }

    /// Whether it has no children.
    [[nodiscard]] bool is_empty() const noexcept { return item().next == index_ + 1; }

    /// The nodes of a sequence.
    [[nodiscard]] YamlRange<YamlItemIterator> items() const noexcept;

    /// The entries of a mapping, duplicates included. Keys are scalars.
    [[nodiscard]] YamlRange<YamlEntryIterator> entries() const noexcept;

    bool operator==(const YamlNode&) const = default;

private:
    friend class YamlDocument;
    friend class YamlItemIterator;
    friend class YamlEntryIterator;

    YamlNode(const YamlTape& tape, std::uint32_t index) noexcept : tape_(&tape), index_(index) {}

    [[nodiscard]] const YamlTape::Item& item() const noexcept { return tape_->items[index_]; }
    [[nodiscard]] YamlNode first_child() const noexcept { return {*tape_, index_ + 1}; }
    [[nodiscard]] YamlNode next() const noexcept { return {*tape_, item().next}; }

    const YamlTape* tape_;
    std::uint32_t index_;
};

/// A key and its value.
struct YamlEntry {
    YamlNode key;
    YamlNode value;
};

/// Goes over the nodes of a sequence.
class YamlItemIterator {
public:
    using value_type = YamlNode;
    using difference_type = std::ptrdiff_t;

    explicit YamlItemIterator(YamlNode node) noexcept : node_(node) {}
    YamlNode operator*() const noexcept { return node_; }
    YamlItemIterator& operator++() noexcept {
        node_ = node_.next();
        return *this;
    }
    bool operator==(const YamlItemIterator&) const = default;

private:
    YamlNode node_;
};

/// Goes over the entries of a mapping.
class YamlEntryIterator {
public:
    using value_type = YamlEntry;
    using difference_type = std::ptrdiff_t;

    explicit YamlEntryIterator(YamlNode key) noexcept : key_(key) {}
    YamlEntry operator*() const noexcept { return {key_, key_.next()}; }
    YamlEntryIterator& operator++() noexcept {
        key_ = key_.next().next();
        return *this;
    }
    bool operator==(const YamlEntryIterator&) const = default;

private:
    YamlNode key_;
};

/// The children of a node, for a range-based `for`.
template <class Iterator>
struct YamlRange {
    Iterator first;
    Iterator last;

    [[nodiscard]] Iterator begin() const noexcept { return first; }
    [[nodiscard]] Iterator end() const noexcept { return last; }
};

inline YamlRange<YamlItemIterator> YamlNode::items() const noexcept {
    return {YamlItemIterator(first_child()), YamlItemIterator(next())};
}

inline YamlRange<YamlEntryIterator> YamlNode::entries() const noexcept {
    return {YamlEntryIterator(first_child()), YamlEntryIterator(next())};
}

/// Owns what was read of a YAML file.
class YamlDocument {
public:
    /// Takes `tape`, whose first item is a mapping.
    explicit YamlDocument(YamlTape tape)
        : tape_(std::make_unique<const YamlTape>(std::move(tape))) {}

    /// The mapping that the file is.
    [[nodiscard]] YamlNode root() const noexcept { return {*tape_, 0}; }

private:
    std::unique_ptr<const YamlTape> tape_;  // on the heap, so that nodes survive a move
};

/// How deep sequences and mappings may lie in each other.
inline constexpr std::size_t max_yaml_depth = 32;

/// How many brackets may be open between two nodes, comments and quoted texts included.
inline constexpr std::size_t max_open_brackets = 10'000;

/// Reads `text`, the content of `file`. None if anything is wrong with it as YAML, which is then in
/// `diagnostics`. `advice_if_empty` is what to do about a file with nothing in it. Never throws,
/// whatever the text.
[[nodiscard]] std::optional<YamlDocument> parse_yaml(std::string_view file, std::string_view text,
                                                     std::string advice_if_empty,
                                                     Diagnostics& diagnostics);

/// Lines of a file that are missing in a part of it.
struct LineGap {
    std::uint32_t line = 0;      ///< The part's first line behind them.
    std::uint32_t left_out = 0;  ///< How many of the file's lines are missing up to there, in all.
};

/// Reads `text`, which is a file without the lines that `gaps` tell of, and which find_text_flaw()
/// has passed. All places are those in the file. None if anything is wrong with it; what it is
/// would be told of the file, not of a part.
[[nodiscard]] std::optional<YamlDocument> parse_yaml_part(std::string_view text,
                                                          std::span<const LineGap> gaps);

}  // namespace arpad
