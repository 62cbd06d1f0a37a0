/// \file  Keeps what is served up to date with the files.
///
/// One look at the files at a time, on a thread of its own, so that neither workers nor the main
/// thread wait for it, nor, on another, whoever wants to know what is served. What comes of a look
/// is durable before it is published. Threads: public functions are called by the main thread, and
/// what they are given is called there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/credentials.hpp"
#include "load/networks.hpp"
#include "load/server_config.hpp"
#include "state/state.hpp"

namespace arpad {

/// Why files are looked at.
enum class Trigger : std::uint8_t {
    start,    ///< The server starts.
    request,  ///< An operator asked for it: the configuration is read again too.
    watch,    ///< Something seems to have changed.
};

/// What came of a look at the files.
struct ReloadOutcome {
    std::string report;       ///< A line for the log; empty if there is nothing to say.
    std::string summary;      ///< What is served: "4 zones, 3 networks".
    std::string failure;      ///< Why nothing was changed; empty if all is as it should be.
    bool is_readable = true;  ///< The zones directory could be looked into.
    std::size_t files_read = 0;
    std::size_t networks_loaded = 0;
    std::size_t zones_changed = 0;
    std::size_t networks_dropped = 0;
    std::size_t errors = 0;    ///< In all files as they are now.
    std::size_t warnings = 0;  ///< Likewise.
    std::vector<std::shared_ptr<const Zone>>
        new_versions;              ///< Zones with serials not served before.
    std::uint64_t generation = 0;  ///< Of what is served; rises with each change.
    double seconds = 0;            ///< What it took.
    std::optional<std::vector<SecondaryZone>> secondaries;  ///< If there are others than before.
};

/// See above.
class Reloader {
public:
    /// Publishes a snapshot in which these zones have serials that were not served before, and
    /// calls `published` once every worker answers from it.
    using Publish = std::function<void(const std::shared_ptr<const Snapshot>&,
                                       const std::vector<std::shared_ptr<const Zone>>& new_versions,
                                       std::function<void()> published)>;
    using Done = std::function<void(const ReloadOutcome&)>;
    using EditDone = std::function<void(const ChangeOutcome&)>;
    using ServerDone = std::function<void(const ServerOutcome&)>;

    /// Takes those of a configuration that was read again.
    using TakeCredentials = std::function<void(const Credentials&)>;

    /// Takes all zones that have primaries.
    using Follow = std::function<void(std::vector<SecondaryZone>)>;

    /// Looks at the files of `config`, which was read from `config_file`, and keeps what is needed
    /// in `state`. `publish` is called with each snapshot but the first. `looked` is called after
    /// each look but the first with the directories that were looked into, `take_credentials`
    /// when there are others, `follow` after a look that has found others with primaries. Its
    /// threads begin with `confine`, if there is one.
    Reloader(boost::asio::io_context& io, ServerConfig config, std::filesystem::path config_file,
             State& state, Publish publish,
             std::function<void(const std::vector<std::filesystem::path>&)> looked,
             TakeCredentials take_credentials, Follow follow,
             const std::function<void()>& confine = {});

    /// Waits for a look that is under way.
    ~Reloader();
    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

    /// The first look, before anything else; on the calling thread.
    [[nodiscard]] ReloadOutcome load();

    /// What the first look has found. Before any other look only.
    [[nodiscard]] const std::shared_ptr<const Snapshot>& first_snapshot() const noexcept {
        return networks_.snapshot();
    }

    /// "4 zones, 3 networks": what is served. Before any other look only.
    [[nodiscard]] std::string summary() const { return summary_of(networks_); }

    /// The zones that have primaries. Before any other look only.
    [[nodiscard]] std::vector<SecondaryZone> secondaries() const { return networks_.secondaries(); }

    /// Directories that were looked into at first. Before any other look only.
    [[nodiscard]] const std::vector<std::filesystem::path>& directories() const noexcept {
        return directories_;
    }

    /// Why what the files say is not served although it could be: it cannot be kept. Empty if there
    /// is no such reason.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

    /// Looks at the files, and calls `done` with what came of it. While a look is under way others
    /// wait for it, and are done together.
    void reload(Trigger trigger, Done done = {});

    /// Has `refresh` served in place of what is known of its zone. What comes while something else
    /// is under way waits, and is done together.
    void exchange(Refresh refresh);

    /// Makes all of what is asked for or nothing, and calls `done` once it is on disk and every
    /// worker answers with it, or once it is known that it is not made. What comes while something
    /// else is under way waits, and is done together: in one commit, with one new serial per zone.
    void apply(ChangeRequest request, EditDone done);

    /// Puts and removes servers beside those of the inventory, all of it or nothing, and calls
    /// `done` once that is on disk and what follows from it is served.
    void change_servers(ServerChange change, ServerDone done);

    /// What is known beside the zones, for those who list addresses.
    struct Surroundings {
        std::shared_ptr<const InventoryModel> inventory;  ///< Null if there is none.
        std::vector<ClasslessNetwork> classless;
    };

    /// Those of what was published last.
    [[nodiscard]] const Surroundings& surroundings() const noexcept { return surroundings_; }

    /// Calls `done` with what would come of `requests` now, each by itself and after those before.
    void preview(std::vector<ChangeRequest> requests,
                 std::function<void(const ChangePreview&)> done) {
        boost::asio::post(thread_, [this, requests = std::move(requests), done = std::move(done)] {
            EditUpdate update = networks_.edit(requests);
            state_.forget_decisions();
            boost::asio::post(
                io_, [done, preview = ChangePreview{std::move(update.results),
                                                    std::move(update.made)}] { done(preview); });
        });
    }

    /// Looks no more, and calls `paused` once the look that may be under way has come to its end:
    /// from then on another process may change the state. Changes fail until `resume`.
    void pause(std::function<void()> paused);

    /// Goes on, with the state as it is now.
    void resume();

    /// Calls `work(networks)` with what is served, which waits for no look that is under way, and
    /// `done(result, generation)`.
    template <class Work, class Done>
    void inspect(Work work, Done done) {
        boost::asio::post(inspector_, [this, work = std::move(work), done = std::move(done)] {
            const std::scoped_lock lock(adoption_);
            hand_over(work(std::as_const(networks_)), done);
        });
    }

    /// As `inspect`, with `work(update, networks)`: what an operator's reload would change now.
    template <class Work, class Done>
    void plan(Work work, Done done) {
        boost::asio::post(thread_, [this, work = std::move(work), done = std::move(done)] {
            const NetworksUpdate update = look_ahead();
            hand_over(work(update, std::as_const(networks_)), done);
        });
    }

private:
    template <class Result, class Done>
    void hand_over(Result result, const Done& done) {
        boost::asio::post(io_, [done, result = std::move(result), generation = generation_] {
            done(result, generation);
        });
    }

    struct Pending {
        Trigger trigger = Trigger::watch;
        std::vector<Done> done;
    };

    /// A change that has been asked for.
    struct PendingEdit {
        ChangeRequest request;
        EditDone done;
    };

    /// What came of changes that were made together.
    struct EditsOutcome {
        std::vector<ChangeOutcome> outcomes;  // by change
        std::optional<Edit::Time> next_expiry;
        bool is_anything_new = false;
        std::vector<std::shared_ptr<const Zone>> new_versions;
    };

    /// A change of servers that has been asked for.
    struct PendingServers {
        ServerChange change;
        ServerDone done;
    };

    /// What is done one after the other.
    enum class Turn : std::uint8_t { look, exchange, edits, servers };

    /// What came of an exchange.
    struct ExchangeOutcome {
        std::string failure;  // why nothing was changed; empty if all is as it should be
        bool is_anything_new = false;
        std::vector<std::shared_ptr<const Zone>> new_versions;
        std::optional<std::vector<SecondaryZone>> secondaries;  // if there are others
    };

    void begin();
    void begin_look();
    void begin_exchange();
    template <class Outcome>
    void refuse(std::function<void(const Outcome&)> done);
    void begin_edits();
    void begin_servers();
    void complete(const ReloadOutcome& outcome, const Pending& pending);
    void complete(const ExchangeOutcome& outcome, const std::vector<Refresh>& refreshed);
    void complete(const EditsOutcome& outcome, const std::vector<EditDone>& calls);
    [[nodiscard]] bool is_waiting(Turn turn) const;
    void go_on(bool has_succeeded);
    [[nodiscard]] ReloadOutcome look(Trigger trigger);
    [[nodiscard]] ReloadOutcome put(const ServerChange& change, ServerOutcome& outcome);
    [[nodiscard]] ReloadOutcome take_over(NetworksUpdate update, Trigger trigger,
                                          std::chrono::steady_clock::time_point start);
    [[nodiscard]] ExchangeOutcome take(std::vector<Refresh> refreshed);
    [[nodiscard]] EditsOutcome make(std::vector<ChangeRequest> requests);
    void watch_expiry(std::optional<Edit::Time> next);
    [[nodiscard]] bool concerns_secondaries(const NetworksUpdate& update) const;
    [[nodiscard]] NetworksUpdate look_ahead();
    void adopt(NetworksUpdate update);
    [[nodiscard]] Surroundings find_surroundings() const;
    void read_config_again();
    void take_credentials_of(const ServerConfig& config);
    void log_findings(const NetworksUpdate& update) const;
    void log_missing(const NetworksUpdate& update) const;
    [[nodiscard]] std::vector<GoodCopy> good_copies(const NetworksUpdate& update) const;
    void count_findings(ReloadOutcome& outcome) const;

    boost::asio::io_context& io_;
    Publish publish_;
    std::function<void(const std::vector<std::filesystem::path>&)> looked_;
    TakeCredentials take_credentials_;
    Follow follow_;
    boost::asio::steady_timer retry_;   // where the state could not be written
    boost::asio::steady_timer expiry_;  // until the next edit comes to its end
    std::unique_ptr<Pending> pending_;
    std::map<Name, ReceivedVersion, CanonicalLess> refreshed_;
    std::vector<PendingEdit> edits_;
    std::deque<PendingServers> servers_;
    bool is_busy_ = false;
    Turn last_ = Turn::edits;  // so that none keeps the others from their turn
    bool is_paused_ = false;
    std::string failure_;  // of the last look, or of an exchange since
    Surroundings surroundings_;
    std::optional<Trigger> failed_look_;  // that is to be done again

    // Of the thread that looks.
    ServerConfig config_;
    std::filesystem::path config_file_;
    State& state_;
    Networks networks_;
    std::vector<std::filesystem::path> directories_;
    bool are_defaults_new_ = false;  // and nothing that is served was made with them
    std::uint64_t generation_ = 0;

    /// Held by that thread where it changes networks and generation, and by the inspector.
    std::mutex adoption_;

    // Destroyed first.
    boost::asio::thread_pool thread_{1};
    boost::asio::thread_pool inspector_{1};
};

}  // namespace arpad
