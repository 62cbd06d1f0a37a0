#include "app/reloader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string_view>
#include <vector>

#include "state/passing_state.hpp"
#include "support/directory_test.hpp"
#include "support/zone_fixtures.hpp"
#include "support/zone_maker.hpp"

namespace arpad {
namespace {

using std::chrono::seconds;

/// A state that takes as long to commit as it is told to.
class SlowState final : public State {
public:
    explicit SlowState(const std::filesystem::path& directory) : state_(directory) {}

    /// Commits wait from now on; `go_on` lets the next one pass.
    void hold() {
        gate_.emplace();
        is_open_ = false;
    }
    void go_on() { gate_->go_on.set_value(); }

    /// Commits fail from now on, or do not any more.
    void fail(bool fails) { fails_ = fails; }

    /// Waits until a commit waits; whether one does.
    bool is_committing() {
        return gate_->waits.get_future().wait_for(seconds(60)) == std::future_status::ready;
    }

    std::optional<std::string> find_copy(const std::string& key) override {
        return state_.find_copy(key);
    }
    SerialDecision serial_for(const Name& apex, const SerialModel& model,
                              const Digest& content) override {
        return state_.serial_for(apex, model, content);
    }
    void forget_decisions() noexcept override { state_.forget_decisions(); }
    std::optional<std::string> commit(std::span<const GoodCopy> copies) override {
        if (gate_ && !is_open_.exchange(true)) {
            gate_->waits.set_value();
            gate_->go_on.get_future().wait();
        }
        if (fails_) return "the disk is full";
        return state_.commit(copies);
    }
    void note_changes(std::span<const MadeChange> changes) override {
        changes_.insert(changes_.end(), changes.begin(), changes.end());
    }
    [[nodiscard]] const std::vector<MadeChange>& changes() const { return changes_; }

    std::vector<Edit> expired_edits(Edit::Time /*now*/, std::size_t /*limit*/) override {
        ++expiries_;
        return {};
    }
    [[nodiscard]] int expiries() const noexcept { return expiries_; }

    /// Whether it can be written to, from now on.
    void make_durable(bool is_durable) { is_durable_ = is_durable; }
    [[nodiscard]] bool is_durable() const noexcept override { return is_durable_; }

private:
    struct Gate {
        std::promise<void> waits;
        std::promise<void> go_on;
    };

    PassingState state_;
    std::optional<Gate> gate_;
    std::atomic<bool> is_open_ = true;  // as one commit has waited
    std::atomic<bool> fails_ = false;
    std::atomic<bool> is_durable_ = true;
    std::atomic<int> expiries_ = 0;    // how often it was asked what is over
    std::vector<MadeChange> changes_;  // that were noted
};

class ReloaderTest : public test::DirectoryTest {
protected:
    ReloaderTest() {
        std::filesystem::create_directories(config_.zones);
        write("one.example.net");
        EXPECT_TRUE(reloader_.load().failure.empty());
    }

    void write(std::string_view target) const {
        std::ofstream(config_.zones / "zone.yaml")
            << "network: 192.0.2.0/24\nnameservers: [ns1.example.net]\n"
               "soa: {contact: hostmaster.example.net}\nrecords: {192.0.2.1: "
            << target << "}\n";
    }

    /// The generation that somebody sees who looks now; none if that takes too long.
    std::optional<std::uint64_t> generation() {
        std::optional<std::uint64_t> seen;
        reloader_.inspect([](const Networks& networks) { return networks.files().size(); },
                          [&](std::size_t files, std::uint64_t generation) {
                              EXPECT_EQ(files, 1U);
                              seen = generation;
                              io_.stop();
                          });
        run();
        return seen;
    }

    void run() {
        io_.restart();
        io_.run_for(seconds(60));
    }

    ServerConfig config_ = [this] {
        ServerConfig config;
        config.zones = root_ / "zones";
        return config;
    }();
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};
    SlowState state_{root_};
    Reloader reloader_{
        io_,
        config_,
        root_ / "arpad.yaml",
        state_,
        [this](const auto&, const auto& new_versions, const std::function<void()>& published) {
            for (const auto& zone : new_versions) published_.push_back(zone->serial().value);
            published();
        },
        [](const auto&) {},
        [](const auto&) {},
        [this](std::vector<SecondaryZone> zones) { followed_ = std::move(zones); }};
    std::vector<std::uint32_t> published_;  // serials
    std::optional<std::vector<SecondaryZone>> followed_;
};

/// With a zone that is taken from a primary.
class SecondaryReloaderTest : public ReloaderTest {
protected:
    SecondaryReloaderTest() {
        std::ofstream(config_.zones / "zone.yaml")
            << "network: 192.0.2.0/24\nprimaries: [192.0.2.53]\n";
        reload();
    }

    void reload() {
        reloader_.reload(Trigger::watch, [this](const ReloadOutcome&) { io_.stop(); });
        run();
    }

    /// The serials that were published, once there are so many.
    std::vector<std::uint32_t> await_published(std::size_t count) {
        const auto end = std::chrono::steady_clock::now() + seconds(60);
        while (published_.size() < count && std::chrono::steady_clock::now() < end) {
            io_.restart();
            io_.run_one_for(seconds(1));
        }
        return published_;
    }

    static Refresh version(std::uint32_t serial) {
        const auto zone = zone_for("192.0.2.0/24").build();
        return {Name(zone->apex()),
                {zone->with_addresses(zone->addresses(), Serial{serial}),
                 std::chrono::system_clock::now()}};
    }
};

TEST_F(SecondaryReloaderTest, FollowsZonesWithPrimaries) {
    ASSERT_TRUE(followed_.has_value());
    ASSERT_EQ(followed_->size(), 1U);
    EXPECT_EQ(followed_->front().frame.transfer.primaries.size(), 1U);
    write("one.example.net");
    reload();
    EXPECT_TRUE(followed_->empty());
}

TEST_F(SecondaryReloaderTest, PublishesWhatComesAndTakesTheLastOfMany) {
    state_.hold();
    reloader_.exchange(version(7));
    io_.poll();
    ASSERT_TRUE(state_.is_committing());
    for (std::uint32_t serial = 8; serial <= 20; ++serial) reloader_.exchange(version(serial));
    state_.go_on();
    EXPECT_EQ(await_published(2), (std::vector<std::uint32_t>{7, 20}));
}

TEST_F(SecondaryReloaderTest, KeepsWhatCannotBeCommitted) {
    state_.fail(true);
    reloader_.exchange(version(7));
    reload();
    EXPECT_TRUE(published_.empty());
    EXPECT_FALSE(reloader_.failure().empty());
    state_.fail(false);
    reload();  // what failed comes first
    EXPECT_EQ(await_published(1), std::vector<std::uint32_t>{7});
    EXPECT_TRUE(reloader_.failure().empty());
}

/// With changes of names.
class EditReloaderTest : public ReloaderTest {
protected:
    /// Asks for a change; `outcomes_` gets what comes of it.
    void apply(std::string_view where, std::string_view target) {
        const std::vector<Name> names{test::name(target)};
        reloader_.apply(Change{{ptr_edit(test::address(where), names)}, {}, {}},
                        [this](const ChangeOutcome& outcome) {
                            outcomes_.push_back(outcome);
                            if (outcomes_.size() == expected_) io_.stop();
                        });
        ++expected_;
    }

    std::vector<ChangeOutcome> outcomes_;
    std::size_t expected_ = 0;
};

TEST_F(EditReloaderTest, MakesTogetherWhatComesTogether) {
    state_.hold();
    apply("192.0.2.1", "a.example.");
    ASSERT_TRUE(state_.is_committing());
    for (int i = 2; i < 10; ++i) apply(fmt::format("192.0.2.{}", i), "b.example.");
    apply("10.0.0.1", "c.example.");
    state_.go_on();
    run();
    ASSERT_EQ(outcomes_.size(), 10U);
    EXPECT_EQ(outcomes_.front().generation + 1, outcomes_.at(5).generation);
    EXPECT_TRUE(outcomes_.back().refusal.has_value());
    EXPECT_FALSE(outcomes_.at(8).refusal.has_value());
    EXPECT_EQ(published_.size(), 2U);  // serials
    EXPECT_EQ(state_.changes().size(), 9U);
}

TEST_F(EditReloaderTest, ChangesNothingThatCannotBeKept) {
    state_.fail(true);
    apply("192.0.2.1", "a.example.");
    run();
    ASSERT_EQ(outcomes_.size(), 1U);
    EXPECT_EQ(outcomes_.front().failure, "the disk is full");
    EXPECT_TRUE(published_.empty());
    state_.fail(false);
    state_.make_durable(false);
    apply("192.0.2.1", "a.example.");
    run();
    ASSERT_EQ(outcomes_.size(), 2U);
    EXPECT_NE(outcomes_.back().failure, "");
    EXPECT_TRUE(published_.empty());
}

TEST_F(EditReloaderTest, LooksForWhatIsOverAgainWhereAChangeCouldNotBeKept) {
    state_.fail(true);
    apply("192.0.2.1", "a.example.");
    run();
    state_.fail(false);
    EXPECT_EQ(state_.expiries(), 0);
    const auto end = std::chrono::steady_clock::now() + seconds(60);
    while (state_.expiries() == 0 && std::chrono::steady_clock::now() < end) {
        io_.restart();
        io_.run_one_for(seconds(1));
    }
    EXPECT_GT(state_.expiries(), 0);
}

TEST_F(EditReloaderTest, TakesItsTurnWithLooks) {
    write("two.example.net");
    bool has_looked = false;
    state_.hold();
    apply("192.0.2.2", "a.example.");
    ASSERT_TRUE(state_.is_committing());
    apply("192.0.2.3", "b.example.");
    reloader_.reload(Trigger::watch, [&](const ReloadOutcome&) {
        has_looked = true;
        EXPECT_EQ(outcomes_.size(), 1U);
    });
    state_.go_on();
    run();
    EXPECT_TRUE(has_looked);
    EXPECT_EQ(outcomes_.size(), 2U);
}

TEST_F(ReloaderTest, WhatIsServedIsToldWhileALookIsUnderWay) {
    const auto before = generation();
    ASSERT_TRUE(before.has_value());
    write("two.example.net");
    state_.hold();
    reloader_.reload(Trigger::watch, [this](const ReloadOutcome& outcome) {
        EXPECT_EQ(outcome.zones_changed, 1U);
        io_.stop();
    });
    ASSERT_TRUE(state_.is_committing());
    EXPECT_EQ(generation(), before);
    state_.go_on();
    run();
    EXPECT_EQ(generation(), *before + 1);
}

}  // namespace
}  // namespace arpad
