#include "zone/rrset.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace arpad {
namespace {

const Rrset ptr{RrType::ptr, {300}, {{1, 'a', 0}, {2, 'b', 'c', 0}}};
const Rrset txt{RrType::txt, {7200}, {{3, 'x', 'y', 'z'}}};

std::vector<Rdata> rdatas_of(RrsetView view) {
    std::vector<Rdata> rdatas;
    for (const auto rdata : view) rdatas.emplace_back(rdata.begin(), rdata.end());
    return rdatas;
}

TEST(NodeStore, GivesBackTypeTtlAndRdata) {
    NodeStore store;
    const NodeView node = store.at(store.add({&ptr, 1}));
    const RrsetView rrset = *node.begin();
    EXPECT_EQ(rrset.type(), RrType::ptr);
    EXPECT_EQ(rrset.ttl(), Ttl{300});
    EXPECT_EQ(rrset.size(), 2U);
    EXPECT_EQ(rdatas_of(rrset), ptr.rdatas);
}

TEST(NodeStore, KeepsTheOrderOfRrsets) {
    NodeStore store;
    const std::vector<Rrset> rrsets{txt, ptr};
    std::vector<RrType> types;
    for (const RrsetView rrset : store.at(store.add(rrsets))) types.push_back(rrset.type());
    EXPECT_EQ(types, (std::vector{RrType::txt, RrType::ptr}));
}

TEST(NodeStore, KeepsNodesApart) {
    NodeStore store;
    const NodeId first = store.add({&ptr, 1});
    const NodeId second = store.add({&txt, 1});
    EXPECT_EQ(rdatas_of(*store.at(first).begin()), ptr.rdatas);
    EXPECT_EQ(rdatas_of(*store.at(second).begin()), txt.rdatas);
}

TEST(NodeStore, NodeWithoutRrsetsIsEmpty) {
    NodeStore store;
    const NodeView node = store.at(store.add({}));
    EXPECT_TRUE(node.is_empty());
    EXPECT_EQ(node.begin(), node.end());
}

TEST(NodeStore, HoldsRdataOfNoAndOf65535Octets) {
    const Rrset extremes{static_cast<RrType>(65280), max_ttl, {{}, Rdata(65535, 0xaa), {1}}};
    NodeStore store;
    const NodeView node = store.at(store.add({&extremes, 1}));
    EXPECT_EQ(rdatas_of(*node.begin()), extremes.rdatas);
    EXPECT_EQ((*node.begin()).ttl(), max_ttl);
}

TEST(NodeStore, SurvivesShrinking) {
    NodeStore store;
    const NodeId id = store.add({&ptr, 1});
    store.shrink_to_fit();
    EXPECT_EQ(rdatas_of(*store.at(id).begin()), ptr.rdatas);
}

TEST(NodeView, FindsAnRrsetByType) {
    NodeStore store;
    const std::vector<Rrset> rrsets{ptr, txt};
    const NodeView node = store.at(store.add(rrsets));
    ASSERT_TRUE(node.find(RrType::txt));
    EXPECT_EQ(rdatas_of(*node.find(RrType::txt)), txt.rdatas);
}

TEST(NodeView, FindsNoOtherType) {
    NodeStore store;
    EXPECT_FALSE(store.at(store.add({&ptr, 1})).find(RrType::any));
}

TEST(NodeView, IsEmptyByDefault) {
    EXPECT_TRUE(NodeView().is_empty());
    EXPECT_FALSE(NodeView().find(RrType::ptr));
}

TEST(RrsetView, IsMadeAgainFromWhereItStands) {
    NodeStore store;
    const RrsetView rrset = *store.at(store.add({&txt, 1})).begin();
    EXPECT_EQ(rdatas_of(RrsetView(rrset.stored_at())), txt.rdatas);
}

TEST(WireOctets, CountAPointerAndTheFixedFieldsPerRr) {
    constexpr std::size_t pointer_type_class_ttl_length = 2 + 2 + 2 + 4 + 2;
    EXPECT_EQ(wire_octets(txt), pointer_type_class_ttl_length + 4);
    EXPECT_EQ(wire_octets(ptr), 2 * pointer_type_class_ttl_length + 3 + 4);
}

}  // namespace
}  // namespace arpad
