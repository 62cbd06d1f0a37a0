#include "app/reloader.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string_view>

#include "state/passing_state.hpp"
#include "support/directory_test.hpp"

namespace arpad {
namespace {

using std::chrono::seconds;

/// A state that takes as long to commit as it is told to.
class SlowState final : public State {
public:
    explicit SlowState(const std::filesystem::path& directory) : state_(directory) {}

    /// Commits wait from now on; `go_on` lets the next one pass.
    void hold() { gate_.emplace(); }
    void go_on() { gate_->go_on.set_value(); }

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
        if (gate_) {
            gate_->waits.set_value();
            gate_->go_on.get_future().wait();
        }
        return state_.commit(copies);
    }
    [[nodiscard]] bool is_durable() const noexcept override { return false; }

private:
    struct Gate {
        std::promise<void> waits;
        std::promise<void> go_on;
    };

    PassingState state_;
    std::optional<Gate> gate_;
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
        [](const auto&, const auto&, const std::function<void()>& published) { published(); },
        [](const auto&) {},
        [](const auto&) {}};
};

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
