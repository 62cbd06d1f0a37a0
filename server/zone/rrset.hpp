/// \file  RRsets and nodes: as they are built, and as they are stored.
///
/// A node is what one owner name holds: its RRsets, one behind the other in one run of octets, the
/// RRset header before the RDATA it counts, so that an answer is read in one sweep:
///
///     u16 rrsets { u16 type, u16 rdatas, u32 ttl, u32 octets { u16 length, rdata }... }...
///
/// Numbers are in the machine's order and not aligned. RDATA is uncompressed.
/// Threads: a NodeStore is filled by one thread, then read by any number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"

namespace arpad {

using Rdata = std::vector<std::uint8_t>;

/// RRs of one type at one name, while a zone is being built.
struct Rrset {
    RrType type = RrType::ptr;
    Ttl ttl;
    std::vector<Rdata> rdatas;  ///< At least one, no two equal.

    bool operator==(const Rrset&) const = default;
};

/// Whether `rrsets` are one PTR and nothing else.
[[nodiscard]] inline bool is_one_ptr(std::span<const Rrset> rrsets) noexcept {
    return rrsets.size() == 1 && rrsets.front().type == RrType::ptr &&
           rrsets.front().rdatas.size() == 1;
}

/// The numbers at the end of the RDATA of a SOA (RFC 1035 3.3.13).
struct SoaNumbers {
    static constexpr std::size_t octets = 20;

    Serial serial;
    std::uint32_t refresh = 0;  ///< Seconds, as the next two.
    std::uint32_t retry = 0;
    std::uint32_t expire = 0;
    Ttl minimum;
};

/// Those in `rdata`; none if it is too short.
[[nodiscard]] std::optional<SoaNumbers> soa_numbers(std::span<const std::uint8_t> rdata) noexcept;

/// The serial among them.
[[nodiscard]] std::optional<Serial> soa_serial(std::span<const std::uint8_t> rdata) noexcept;

namespace stored {
/// A number at `octets`, which need not be aligned.
template <class Number>
[[nodiscard]] inline Number number_at(const std::uint8_t* octets) noexcept {
    Number number;
    std::memcpy(&number, octets, sizeof number);
    return number;
}

inline constexpr std::size_t node_header_octets = 2;
inline constexpr std::size_t rrset_header_octets = 12;
inline constexpr std::size_t rdata_header_octets = 2;
}  // namespace stored

/// The RDATA of a stored RRset, for a range-based `for`.
class RdataIterator {
public:
    constexpr RdataIterator(const std::uint8_t* at, unsigned left) noexcept
        : at_(at), left_(left) {}

    [[nodiscard]] std::span<const std::uint8_t> operator*() const noexcept {
        return {at_ + stored::rdata_header_octets, stored::number_at<std::uint16_t>(at_)};
    }
    RdataIterator& operator++() noexcept {
        at_ += stored::rdata_header_octets + stored::number_at<std::uint16_t>(at_);
        --left_;
        return *this;
    }
    friend bool operator==(const RdataIterator& left, const RdataIterator& right) noexcept {
        return left.left_ == right.left_;
    }

private:
    const std::uint8_t* at_;
    unsigned left_;
};

/// A stored RRset, borrowed.
class RrsetView {
public:
    constexpr explicit RrsetView(const std::uint8_t* at) noexcept : at_(at) {}

    [[nodiscard]] RrType type() const noexcept {
        return static_cast<RrType>(stored::number_at<std::uint16_t>(at_));
    }
    /// How many RRs it has: at least one.
    [[nodiscard]] unsigned size() const noexcept {
        return stored::number_at<std::uint16_t>(at_ + 2);
    }
    [[nodiscard]] Ttl ttl() const noexcept { return {stored::number_at<std::uint32_t>(at_ + 4)}; }
    [[nodiscard]] RdataIterator begin() const noexcept {
        return {at_ + stored::rrset_header_octets, size()};
    }
    [[nodiscard]] RdataIterator end() const noexcept { return {nullptr, 0}; }

    /// Where it stands; another view can be made from that.
    [[nodiscard]] const std::uint8_t* stored_at() const noexcept { return at_; }

    /// Octets of the whole RRset in store.
    [[nodiscard]] std::size_t stored_octets() const noexcept {
        return stored::rrset_header_octets + stored::number_at<std::uint32_t>(at_ + 8);
    }

private:
    const std::uint8_t* at_;
};

/// The RRsets of a node, for a range-based `for`.
class RrsetIterator {
public:
    constexpr RrsetIterator(const std::uint8_t* at, unsigned left) noexcept
        : at_(at), left_(left) {}

    [[nodiscard]] RrsetView operator*() const noexcept { return RrsetView(at_); }
    RrsetIterator& operator++() noexcept {
        at_ += RrsetView(at_).stored_octets();
        --left_;
        return *this;
    }
    friend bool operator==(const RrsetIterator& left, const RrsetIterator& right) noexcept {
        return left.left_ == right.left_;
    }

private:
    const std::uint8_t* at_;
    unsigned left_;
};

/// A stored node, borrowed. One without RRsets is an empty non-terminal.
class NodeView {
public:
    /// No RRsets.
    constexpr NodeView() noexcept = default;
    constexpr explicit NodeView(const std::uint8_t* at) noexcept : at_(at) {}

    [[nodiscard]] unsigned size() const noexcept {
        return at_ == nullptr ? 0 : stored::number_at<std::uint16_t>(at_);
    }
    [[nodiscard]] bool is_empty() const noexcept { return size() == 0; }
    [[nodiscard]] RrsetIterator begin() const noexcept {
        return {at_ == nullptr ? at_ : at_ + stored::node_header_octets, size()};
    }
    [[nodiscard]] RrsetIterator end() const noexcept { return {nullptr, 0}; }

    /// The RRset of `type`, if there is one.
    [[nodiscard]] std::optional<RrsetView> find(RrType type) const noexcept {
        for (const RrsetView rrset : *this) {
            if (rrset.type() == type) return rrset;
        }
        return std::nullopt;
    }

private:
    const std::uint8_t* at_ = nullptr;
};

/// A copy of what `node` has.
[[nodiscard]] std::vector<Rrset> to_rrsets(NodeView node);

/// Room for a node of one RRset of one name, such as a PTR or CNAME, that is made while answering.
/// Not initialised: it is made for every query and not always used.
class MadeRrset {
public:
    MadeRrset() noexcept {}  // NOLINT(modernize-use-equals-default): that would fill it with zeros

    /// Where the name is to be written, before `finish`.
    [[nodiscard]] std::span<std::uint8_t, max_name_octets> name_space() noexcept {
        return std::span(octets_).last<max_name_octets>();
    }

    /// The RRset, whose RDATA is the name of `octets` octets in `name_space()`. Lives as long as
    /// this.
    [[nodiscard]] RrsetView finish(RrType type, Ttl ttl, std::size_t octets) noexcept;

    /// The node of that RRset, once it is finished.
    [[nodiscard]] NodeView node() const noexcept { return NodeView(octets_.data()); }

private:
    std::array<std::uint8_t, stored::node_header_octets + stored::rrset_header_octets +
                                 stored::rdata_header_octets + max_name_octets>
        octets_;
};

/// Where a node stands in its store.
enum class NodeId : std::uint32_t {};

/// All nodes of one zone in one run of octets.
class NodeStore {
public:
    /// Adds a node of at most 65,535 RRsets; their order is kept. The store holds up to 4 GiB.
    NodeId add(std::span<const Rrset> rrsets);

    /// The node `id`; valid until the next `add`.
    [[nodiscard]] NodeView at(NodeId id) const noexcept {
        return NodeView(octets_.data() + static_cast<std::uint32_t>(id));
    }

    /// Returns what was reserved too much.
    void shrink_to_fit() { octets_.shrink_to_fit(); }

private:
    std::vector<std::uint8_t> octets_;
};

/// Appends a node of at most 65,535 RRsets to `octets` as it is stored.
void append_node(std::vector<std::uint8_t>& octets, std::span<const Rrset> rrsets);

/// The RDATA of `rrset` in ascending order of their octets.
[[nodiscard]] std::vector<std::span<const std::uint8_t>> sorted_rdatas(RrsetView rrset);

/// `rdata` such that the same is made of two that are one record's (RFC 2181 5): where it is one
/// name, that is in lower case.
[[nodiscard]] Rdata comparable_rdata(RrType type, std::span<const std::uint8_t> rdata);

/// Octets that `rrset` takes in a message at most: owner names as pointers, nothing compressed.
[[nodiscard]] std::size_t wire_octets(const Rrset& rrset) noexcept;

}  // namespace arpad
