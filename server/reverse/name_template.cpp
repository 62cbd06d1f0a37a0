#include "reverse/name_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "reverse/ipv6_groups.hpp"
#include "reverse/prefix.hpp"

namespace arpad {
namespace {

constexpr std::size_t max_label_text = 255;  // what a label of a template may come to, legal or not
constexpr std::size_t look_alike_position = 2;  // of the two dashes in `xn--`

bool is_digit(char letter) noexcept {
    return letter >= '0' && letter <= '9';
}

bool is_host_letter(char letter) noexcept {
    const auto lower = static_cast<char>(to_lower(static_cast<std::uint8_t>(letter)));
    return is_digit(letter) || (lower >= 'a' && lower <= 'z') || letter == '-' || letter == '_';
}

unsigned octet_of(Address address, unsigned octet) noexcept {
    return static_cast<unsigned>(address.value() >> (24 - 8 * octet)) & 0xFFU;
}

unsigned base_of(Family family) noexcept {
    return family == Family::ipv4 ? 10 : 16;
}

/// `text` as digits of `base`, whatever their case; none if it is no number of 128 bits.
std::optional<Uint128> read_number(std::string_view text, unsigned base) noexcept {
    if (text.empty()) return std::nullopt;
    Uint128 number = 0;
    for (const char letter : text) {
        const auto lower = static_cast<char>(to_lower(static_cast<std::uint8_t>(letter)));
        const unsigned digit = is_digit(lower) ? static_cast<unsigned>(lower - '0')
                               : lower >= 'a' && lower <= 'f'
                                   ? static_cast<unsigned>(lower - 'a') + 10
                                   : base;
        if (digit >= base || number > (~Uint128{0} - digit) / base) return std::nullopt;
        number = number * base + digit;
    }
    return number;
}

/// `left - right`, of one family.
Uint128 distance(Address left, Address right) noexcept {
    return left.value() - right.value();
}

}  // namespace

/// The text of one label while it is being written.
class NameTemplate::LabelText {
public:
    [[nodiscard]] std::string_view text() const noexcept { return {letters_.data(), size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    void put(std::string_view text) noexcept {
        const std::size_t count = std::min(text.size(), letters_.size() - size_);
        std::copy_n(text.begin(), count, letters_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += count;
    }

    void put(char letter) noexcept { put(std::string_view(&letter, 1)); }

    /// `number` in `base`, with zeros before it up to `digits` digits.
    void put_number(Uint128 number, unsigned base, unsigned digits) noexcept {
        std::array<char, 40> reversed;  // 128 bits in decimal have 39 digits
        std::size_t count = 0;
        do {
            reversed[count++] = "0123456789abcdef"[static_cast<unsigned>(number % base)];
            number /= base;
        } while (number != 0);
        while (count < digits) reversed[count++] = '0';
        while (count > 0) put(reversed[--count]);
    }

    /// Puts a zero at `position`, behind which it moves everything.
    void insert_zero(std::size_t position) noexcept {
        put('0');
        const auto begin = letters_.begin();
        std::rotate(begin + static_cast<std::ptrdiff_t>(position),
                    begin + static_cast<std::ptrdiff_t>(size_ - 1),
                    begin + static_cast<std::ptrdiff_t>(size_));
    }

private:
    std::array<char, max_label_text> letters_;
    std::size_t size_ = 0;
};

namespace {

void put_ipv4(auto& out, Address address) noexcept {
    for (unsigned octet = 0; octet < 4; ++octet) {
        if (octet > 0) out.put('-');
        out.put_number(octet_of(address, octet), 10, 1);
    }
}

void put_ipv6(auto& out, Address address) noexcept {
    const Groups groups = groups_of(address.value());
    const ZeroRun zeros = longest_zero_run(groups);
    for (std::size_t group = 0; group < groups.size(); ++group) {
        const bool is_in_run = group >= zeros.begin && group < zeros.end;
        if (is_in_run) {
            if (group == zeros.begin) out.put("--");
            continue;
        }
        const bool follows_run = zeros.end > 0 && group == zeros.end;
        if (group > 0 && !follows_run) out.put('-');
        out.put_number(groups[group], 16, 1);
    }
}

/// Puts zeros where the address that begins at `start` of the label makes it begin with a dash or
/// look like an A-label.
void pad_start(auto& out, std::size_t start) noexcept {
    const std::string_view text = out.text();
    const bool begins_with_dash = start == 0 && text[0] == '-';
    const bool looks_like_a_label = start < look_alike_position + 2 &&
                                    text.size() >= look_alike_position + 2 &&
                                    text.substr(look_alike_position, 2) == "--";
    if (begins_with_dash || looks_like_a_label) out.insert_zero(start);
}

}  // namespace

void NameTemplate::put_piece(const Piece& piece, Address address, LabelText& out) const noexcept {
    const std::size_t start = out.size();
    switch (piece.kind) {
        case Kind::literal:
            out.put(piece.text);
            break;
        case Kind::ip:
            if (address.family() == Family::ipv4) {
                put_ipv4(out, address);
            } else {
                put_ipv6(out, address);
                pad_start(out, start);
            }
            break;
        case Kind::hex:
            out.put_number(address.value(), 16, address.bits() / 4);
            break;
        case Kind::octet:
            out.put_number(octet_of(address, piece.octet), 10, piece.digits);
            break;
        case Kind::host:
            out.put_number(distance(address, range_.first), base_of(address.family()),
                           piece.digits);
            break;
        case Kind::groups:
            for (const std::uint16_t group : groups_of(address.value())) {
                if (out.size() > start) out.put('-');
                out.put_number(group, 16, 4);
            }
            break;
    }
}

void NameTemplate::put_label(const Label& label, Address address, LabelText& out) const noexcept {
    for (std::size_t i = 0; i < label.size(); ++i) {
        put_piece(label[i], address, out);
        if (label[i].kind != Kind::ip || !out.text().ends_with('-')) continue;
        const bool ends_label = i + 1 == label.size();
        if (ends_label || label[i + 1].text.starts_with('-')) out.put('0');
    }
}

NameView NameTemplate::render(Address address, NameSpaceView space) const noexcept {
    std::size_t position = 0;
    for (const Label& label : labels_) {
        LabelText text;
        put_label(label, address, text);
        space[position++] = static_cast<std::uint8_t>(text.size());
        std::ranges::copy(text.text(), space.begin() + static_cast<std::ptrdiff_t>(position));
        position += text.size();
    }
    space[position++] = 0;
    return NameView::of_valid_wire(space.first(position));
}

/// Reads the pieces of one label.
class NameTemplate::Parser {
public:
    Parser(std::string_view text, const AddressRange& range) : text_(text), range_(range) {}

    /// All labels, or the first flaw.
    Result<std::vector<Label>, TemplateFlaw> parse() {
        if (text_.ends_with('.')) text_.remove_suffix(1);
        labels_.emplace_back();
        while (!text_.empty()) {
            if (const auto flaw = take_next()) return *flaw;
        }
        if (std::ranges::any_of(labels_, [](const Label& label) { return label.empty(); })) {
            return TemplateFlaw{"a label of the template is empty", "remove the second dot"};
        }
        return std::move(labels_);
    }

private:
    std::optional<TemplateFlaw> take_next() {
        const char letter = text_.front();
        if (letter == '{') return take_placeholder();
        text_.remove_prefix(1);
        if (letter == '.') {
            labels_.emplace_back();
        } else if (is_host_letter(letter)) {
            put_literal(letter);
        } else {
            return TemplateFlaw{fmt::format("host names have no `{}`", letter),
                                "write letters, digits, hyphens, dots and placeholders only"};
        }
        return std::nullopt;
    }

    void put_literal(char letter) {
        Label& label = labels_.back();
        if (label.empty() || label.back().kind != Kind::literal) label.emplace_back();
        label.back().text += letter;
    }

    std::optional<TemplateFlaw> take_placeholder() {
        const std::size_t end = text_.find('}');
        if (end == std::string_view::npos) {
            return TemplateFlaw{"a placeholder is not closed", "write the closing `}`"};
        }
        const std::string_view written = text_.substr(0, end + 1);
        const std::string_view inside = written.substr(1, written.size() - 2);
        text_.remove_prefix(written.size());
        const std::size_t colon = inside.find(':');
        auto piece = piece_called(inside.substr(0, colon));
        if (!piece) {
            return TemplateFlaw{fmt::format("there is no placeholder `{}`", written),
                                family() == Family::ipv4
                                    ? "write {ip}, {hex}, {a}, {b}, {c}, {d} or {host}"
                                    : "write {ip}, {hex}, {host} or {groups}"};
        }
        if (colon != std::string_view::npos && !set_digits(*piece, inside.substr(colon + 1))) {
            return TemplateFlaw{fmt::format("`{}` is no width", written),
                                "write it like {d:03}: a zero and the least number of digits, for "
                                "an octet or {host}"};
        }
        labels_.back().push_back(std::move(*piece));
        return std::nullopt;
    }

    [[nodiscard]] Family family() const noexcept { return range_.first.family(); }

    std::optional<Piece> piece_called(std::string_view name) const {
        const bool is_ipv4 = family() == Family::ipv4;
        Piece piece;
        if (name == "ip") {
            piece.kind = Kind::ip;
        } else if (name == "hex") {
            piece.kind = Kind::hex;
        } else if (name == "host") {
            piece.kind = Kind::host;
        } else if (name == "groups" && !is_ipv4) {
            piece.kind = Kind::groups;
        } else if (is_ipv4 && name.size() == 1 && name[0] >= 'a' && name[0] <= 'd') {
            piece.kind = Kind::octet;
            piece.octet = static_cast<unsigned>(name[0] - 'a');
        } else {
            return std::nullopt;
        }
        piece.digits = 1;
        return piece;
    }

    static bool set_digits(Piece& piece, std::string_view width) {
        constexpr unsigned max_digits = 39;
        if (piece.kind != Kind::octet && piece.kind != Kind::host) return false;
        if (width.size() < 2 || width[0] != '0' || width[1] == '0') return false;
        const auto [end, error] =
            std::from_chars(width.data() + 1, width.data() + width.size(), piece.digits);
        return error == std::errc{} && end == width.data() + width.size() &&
               piece.digits <= max_digits;
    }

    std::string_view text_;
    const AddressRange& range_;
    std::vector<Label> labels_;
};

namespace {

/// Calls `visit` with prefixes that together are exactly the range, at most two for each bit.
template <class Visit>
void for_each_block(const AddressRange& range, const Visit& visit) {
    const unsigned bits = range.first.bits();
    Uint128 start = range.first.value();
    for (;;) {
        unsigned free_bits = 0;
        while (free_bits < bits && (start & low_bits_mask(free_bits + 1)) == 0 &&
               (start | low_bits_mask(free_bits + 1)) <= range.last.value()) {
            ++free_bits;
        }
        const Prefix block(Address(range.first.family(), start), bits - free_bits);
        visit(block);
        if (block.last() == range.last) return;
        start = block.last().value() + 1;
    }
}

/// The values of an octet in `block` where its text may change in width, and its ends.
std::vector<unsigned> critical_octets(const Prefix& block, unsigned octet) {
    const unsigned least = octet_of(block.first(), octet);
    const unsigned most = octet_of(block.last(), octet);
    std::vector<unsigned> values{least};
    for (const unsigned value : {9U, 10U, 99U, 100U, most}) {
        if (value > values.back() && value <= most) values.push_back(value);
    }
    return values;
}

/// Adds the addresses of `block` at which a name may have another shape than elsewhere in it:
/// in IPv4 where an octet gets wider. In IPv6 its longest name is that of the last address, as
/// all groups that vary are then written in full, and `{ip}` keeps itself legal.
void add_critical(const Prefix& block, std::vector<Address>& addresses) {
    addresses.push_back(block.first());
    addresses.push_back(block.last());
    if (block.family() == Family::ipv6) return;
    for (const unsigned a : critical_octets(block, 0)) {
        for (const unsigned b : critical_octets(block, 1)) {
            for (const unsigned c : critical_octets(block, 2)) {
                for (const unsigned d : critical_octets(block, 3)) {
                    addresses.emplace_back(Family::ipv4,
                                           (Uint128{a} << 24U) | (b << 16U) | (c << 8U) | d);
                }
            }
        }
    }
}

/// Adds the addresses of `range` around which `{host}` gets wider.
void add_host_steps(const AddressRange& range, std::vector<Address>& addresses) {
    const unsigned base = base_of(range.first.family());
    const Uint128 most = distance(range.last, range.first);
    for (Uint128 step = base; step <= most; step *= base) {
        const Uint128 value = range.first.value() + step;
        addresses.emplace_back(range.first.family(), value - 1);
        addresses.emplace_back(range.first.family(), value);
        if (step > most / base) break;
    }
}

/// What is illegal about a label of a host name (RFC 1123 2.1, RFC 5891 4.2.3.1); empty if
/// nothing.
std::string_view illegality(std::string_view label) {
    if (label.size() > max_label_octets) return "has a label of more than 63 letters";
    if (label.starts_with('-')) return "has a label that begins with a dash";
    if (label.ends_with('-')) return "has a label that ends with a dash";
    return {};
}

}  // namespace

/// Proves a template for its range.
class NameTemplate::Proof {
public:
    explicit Proof(NameTemplate& subject) : subject_(subject), range_(subject.range_) {
        for_each_block(range_, [this](const Prefix& block) { add_critical(block, critical_); });
        add_host_steps(range_, critical_);
    }

    std::optional<TemplateFlaw> find_flaw() {
        for (Label& label : subject_.labels_) {
            for (Piece& piece : label) note(piece);
        }
        for (const Address address : critical_) {
            if (auto flaw = find_illegality(address)) return flaw;
        }
        if (subject_.is_constant_) return std::nullopt;
        if (auto flaw = find_missing_octet()) return flaw;
        for (const Label& label : subject_.labels_) {
            if (auto flaw = find_ambiguity(label)) return flaw;
        }
        return std::nullopt;
    }

private:
    /// Finds out whether the piece varies, and whether its width does.
    void note(Piece& piece) {
        const std::size_t width = text_of(piece, range_.first).size();
        piece.width = width;
        if (piece.kind == Kind::literal) return;
        subject_.is_constant_ = false;
        piece.is_fixed =
            piece.kind == Kind::hex || piece.kind == Kind::groups ||
            (piece.kind != Kind::ip && std::ranges::all_of(critical_, [&](Address address) {
                 return text_of(piece, address).size() == width;
             }));
    }

    std::string text_of(const Piece& piece, Address address) const {
        LabelText text;
        subject_.put_piece(piece, address, text);
        return std::string(text.text());
    }

    std::string name_of(Address address) const {
        std::string name;
        for (const Label& label : subject_.labels_) {
            LabelText text;
            subject_.put_label(label, address, text);
            if (!name.empty()) name += '.';
            name += text.text();
        }
        return name;
    }

    std::optional<TemplateFlaw> find_illegality(Address address) const {
        const auto flaw = [&](std::string_view what, std::string_view advice) {
            return TemplateFlaw{
                fmt::format("the name of {}, `{}`, {}", address.to_text(), name_of(address), what),
                std::string(advice)};
        };
        std::size_t octets = 1;
        for (const Label& label : subject_.labels_) {
            LabelText text;
            subject_.put_label(label, address, text);
            octets += 1 + text.size();
            const auto what = illegality(text.text());
            if (!what.empty()) return flaw(what, "change what stands around the placeholders");
            if (looks_like_a_label(label, text.text())) {
                return flaw(
                    "has a label with `--` in third and fourth place, as only "
                    "internationalised names do",
                    "move the dashes, or put a letter before them");
            }
        }
        if (octets > max_name_octets) return flaw("is longer than 255 octets", "shorten it");
        return std::nullopt;
    }

    /// An A-label is meant where its beginning is written out.
    static bool looks_like_a_label(const Label& label, std::string_view text) {
        constexpr std::string_view ace_prefix = "xn--";
        if (text.size() < ace_prefix.size() || text.substr(look_alike_position, 2) != "--") {
            return false;
        }
        const std::string_view written = label.front().text;
        return !std::ranges::equal(
            written.substr(0, ace_prefix.size()), ace_prefix, {}, [](char letter) {
                return static_cast<char>(to_lower(static_cast<std::uint8_t>(letter)));
            });
    }

    /// Octets that vary must be in the name, or two addresses get the same.
    std::optional<TemplateFlaw> find_missing_octet() const {
        std::array<bool, 4> has_octet{};
        for (const Label& label : subject_.labels_) {
            for (const Piece& piece : label) {
                if (piece.kind == Kind::octet) {
                    has_octet[piece.octet] = true;
                } else if (piece.kind != Kind::literal) {
                    return std::nullopt;  // tells the whole address
                }
            }
        }
        if (tells_low_octets(has_octet)) return std::nullopt;
        bool varies = false;
        for (unsigned octet = 0; octet < 4; ++octet) {
            varies = varies || octet_of(range_.first, octet) != octet_of(range_.last, octet);
            if (!varies || has_octet[octet]) continue;
            return TemplateFlaw{
                fmt::format("several addresses get the same name: `{{{}}}` is not in it",
                            static_cast<char>('a' + octet)),
                "add it, or use {ip}; a name for all addresses has no placeholder at all"};
        }
        return std::nullopt;
    }

    /// Whether the name has exactly the last octets, and these tell the addresses of the range
    /// apart though it crosses a border of them.
    [[nodiscard]] bool tells_low_octets(const std::array<bool, 4>& has_octet) const {
        unsigned low = 0;
        while (low < 4 && has_octet[3 - low]) ++low;
        const bool has_others = std::ranges::count(has_octet, true) != low;
        return low > 0 && !has_others &&
               distance(range_.last, range_.first) <= low_bits_mask(8 * low);
    }

    /// A label can be read back if at most one piece has a varying width, or if each of these
    /// ends where the literal behind it begins.
    static std::optional<TemplateFlaw> find_ambiguity(const Label& label) {
        const auto varying =
            std::ranges::count_if(label, [](const Piece& piece) { return !piece.is_fixed; });
        if (varying < 2) return std::nullopt;
        for (std::size_t i = 0; i + 1 < label.size(); ++i) {
            if (label[i].is_fixed || is_ended_by(label[i], label[i + 1])) continue;
            return TemplateFlaw{
                "different addresses may get the same name: where one placeholder ends and the "
                "next "
                "begins cannot be told",
                "put a letter or a dot between them, or fix their width, as in {c:03}{d:03}"};
        }
        return std::nullopt;
    }

    static bool is_ended_by(const Piece& piece, const Piece& next) {
        return next.kind == Kind::literal && !continues(piece, next.text.front());
    }

    NameTemplate& subject_;
    const AddressRange& range_;
    std::vector<Address> critical_;
};

Result<NameTemplate, TemplateFlaw> NameTemplate::make(std::string_view text,
                                                      const AddressRange& range) {
    if (text.empty() || text == ".") {
        return TemplateFlaw{"the template is empty", "write one like {ip}.dyn.example.net"};
    }
    if (text.size() > max_label_text) {
        return TemplateFlaw{"the template is longer than 255 letters", "shorten it"};
    }
    NameTemplate made(range);
    made.text_ = text;
    auto labels = Parser(text, range).parse();
    if (!labels) return labels.error();
    made.labels_ = std::move(*labels);
    if (const auto flaw = Proof(made).find_flaw()) return *flaw;
    return made;
}

/// Whether `letter` may stand in the text of `piece`.
bool NameTemplate::continues(const Piece& piece, char letter) noexcept {
    if (is_digit(letter)) return true;
    if (piece.kind == Kind::octet) return false;
    const auto lower = static_cast<char>(to_lower(static_cast<std::uint8_t>(letter)));
    return letter == '-' ? piece.kind == Kind::ip : lower >= 'a' && lower <= 'f';
}

/// The address that the text of `piece` tells; an octet changes that octet of `so_far`.
std::optional<Address> NameTemplate::read_piece(const Piece& piece, std::string_view text,
                                                Address so_far) const noexcept {
    const Family family = so_far.family();
    if (piece.kind == Kind::literal) return so_far;  // compared when the name is made again
    if (piece.kind == Kind::ip || piece.kind == Kind::groups) {
        std::array<char, max_label_octets> written;
        if (text.size() > written.size()) return std::nullopt;
        std::ranges::replace_copy(text, written.begin(), '-', family == Family::ipv4 ? '.' : ':');
        const auto address = Address::from_text({written.data(), text.size()});
        return address && address->family() == family ? address : std::nullopt;
    }
    const unsigned base = piece.kind == Kind::hex    ? 16
                          : piece.kind == Kind::host ? base_of(family)
                                                     : 10;
    const auto number = read_number(text, base);
    if (!number) return std::nullopt;
    if (piece.kind == Kind::hex) return Address(family, *number & low_bits_mask(so_far.bits()));
    if (piece.kind == Kind::host) {
        const Uint128 value = range_.first.value() + *number;
        return Address(family, value & low_bits_mask(so_far.bits()));
    }
    const unsigned shift = 24 - 8 * piece.octet;
    const Uint128 others = so_far.value() & ~(Uint128{0xFF} << shift);
    return Address(family, others | (*number & 0xFF) << shift);
}

/// The address that `text` tells, which begins as `so_far`.
std::optional<Address> NameTemplate::read_label(const Label& label, std::string_view text,
                                                Address so_far) const noexcept {
    std::size_t fixed = 0;
    std::size_t varying = 0;
    for (const Piece& piece : label) piece.is_fixed ? fixed += piece.width : ++varying;
    if (text.size() < fixed) return std::nullopt;
    std::optional<Address> address = so_far;
    for (const Piece& piece : label) {
        std::size_t width =
            piece.is_fixed ? piece.width : text.size() - std::min(text.size(), fixed);
        if (!piece.is_fixed && varying > 1) {
            width = 0;
            while (width < text.size() && continues(piece, text[width])) ++width;
        }
        if (text.size() < width || !address) return std::nullopt;
        address = read_piece(piece, text.substr(0, width), *address);
        text.remove_prefix(width);
        if (piece.is_fixed) fixed -= piece.width;
    }
    return address;
}

/// A name that has only the last octets of an address says nothing of the others. Those of the
/// first of the range were taken for them, and the address is the next one with these octets.
Address NameTemplate::behind_border(Address address) const noexcept {
    if (address.family() == Family::ipv6) return address;
    unsigned low_bits = 0;
    for (const Label& label : labels_) {
        for (const Piece& piece : label) {
            if (piece.kind == Kind::octet) low_bits = std::max(low_bits, 8 * (4 - piece.octet));
        }
    }
    const Uint128 next = address.value() + low_bits_mask(low_bits) + 1;
    return {address.family(), next & low_bits_mask(address.bits())};
}

std::optional<Address> NameTemplate::recover(NameView name) const noexcept {
    if (is_constant_ || name.label_count() != labels_.size()) return std::nullopt;
    std::optional<Address> address = range_.first;
    NameView rest = name;
    for (const Label& label : labels_) {
        const auto octets = rest.first_label();
        const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
        address = read_label(label, text, *address);
        if (!address) return std::nullopt;
        rest = rest.parent();
    }
    if (*address < range_.first) address = behind_border(*address);
    if (*address < range_.first || range_.last < *address) return std::nullopt;
    // Only the name that the template makes is its name, not one with other zeros or literals.
    NameSpace space;
    return render(*address, space) == name ? address : std::nullopt;
}

}  // namespace arpad
