/// \file  Names made from addresses: `{ip}.dyn.example.net`.
///
/// A template is proved when it is made, without going through its range: every name it makes is a
/// legal host name, and no two addresses get the same one unless all do. So rendering needs no
/// checks, and the address can be read back from the name.
/// Threads: immutable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dns/name.hpp"
#include "reverse/address.hpp"

namespace arpad {

/// The addresses from `first` to `last`, both included; of one family, `first` not after `last`.
struct AddressRange {
    Address first;
    Address last;

    bool operator==(const AddressRange&) const = default;
};

/// Why a template cannot be used, and what to do about it: one sentence each.
struct TemplateFlaw {
    std::string message;
    std::string advice;
};

/// Room for one name in wire form.
using NameSpace = std::array<std::uint8_t, max_name_octets>;
using NameSpaceView = std::span<std::uint8_t, max_name_octets>;

/// See above. Placeholders, for 192.0.2.7 and 2001:db8::7 in a range that begins with the network:
///
///     {ip}              192-0-2-7   2001-db8--7: RFC 5952 with dashes, always hexadecimal; a zero
///                                   is put where a label would begin or end with a dash or would
///                                   look like an A-label
///     {hex}             c0000207    32 digits
///     {a} {b} {c} {d}   the octets  -
///     {host}            7           7: the address minus the first of its range, decimal or hex
///     {groups}          -           2001-0db8-0000-0000-0000-0000-0000-0007
///
/// `{d:03}` pads with zeros to three digits; so do the other octets and `{host}`.
class NameTemplate {
public:
    /// Reads `text` and proves it for `range`.
    [[nodiscard]] static Result<NameTemplate, TemplateFlaw> make(std::string_view text,
                                                                 const AddressRange& range);

    /// The template as written.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    /// The range that it was made for.
    [[nodiscard]] const AddressRange& range() const noexcept { return range_; }

    /// Whether all addresses get the same name: there is no placeholder.
    [[nodiscard]] bool is_constant() const noexcept { return is_constant_; }

    /// The name of `address`, which lies in the range, written into `space`. No allocation.
    [[nodiscard]] NameView render(Address address, NameSpaceView space) const noexcept;

    /// The address of the range whose name is `name`, whatever its case; none if there is none or
    /// the template is constant. One computation, whatever the size of the range. No allocation.
    [[nodiscard]] std::optional<Address> recover(NameView name) const noexcept;

private:
    enum class Kind : std::uint8_t { literal, ip, hex, octet, host, groups };

    struct Piece {
        Kind kind = Kind::literal;
        std::string text;       // of a literal
        unsigned octet = 0;     // of an octet: 0 for {a}
        unsigned digits = 0;    // of an octet or host: the least number of digits
        std::size_t width = 0;  // if it is the same for every address of the range
        bool is_fixed = true;   // whether it is
    };
    using Label = std::vector<Piece>;

    class Parser;
    class Proof;
    class LabelText;

    explicit NameTemplate(const AddressRange& range) : range_(range) {}

    void put_label(const Label& label, Address address, LabelText& out) const noexcept;
    void put_piece(const Piece& piece, Address address, LabelText& out) const noexcept;
    [[nodiscard]] static bool continues(const Piece& piece, char letter) noexcept;
    [[nodiscard]] std::optional<Address> read_label(const Label& label, std::string_view text,
                                                    Address so_far) const noexcept;
    [[nodiscard]] Address behind_border(Address address) const noexcept;
    [[nodiscard]] std::optional<Address> read_piece(const Piece& piece, std::string_view text,
                                                    Address so_far) const noexcept;

    std::string text_;
    AddressRange range_;
    std::vector<Label> labels_;
    bool is_constant_ = true;
};

}  // namespace arpad
