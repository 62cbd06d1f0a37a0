/// \file  Who may use the API and the page: tokens, sign-in links, and sessions of browsers.
///
/// A database of its own in the state directory, so that nothing here waits for names to be
/// changed. None of the secrets can be had from it: it has their HMAC-SHA256, with a key in a file
/// beside it. Threads: one at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/tsig.hpp"
#include "state/database.hpp"

namespace arpad {

/// What somebody may do.
enum class Role : std::uint8_t {
    account = 1,   ///< See and name the addresses of an account's servers.
    staff = 2,     ///< Everything: operators call it `operator`, a word that C++ has taken.
    observer = 3,  ///< See everything, or what an account sees.
};

/// "account", "operator" or "read-only".
[[nodiscard]] std::string_view to_text(Role role) noexcept;

/// The reverse.
[[nodiscard]] std::optional<Role> role_from_text(std::string_view text) noexcept;

/// A role, and whose addresses it is for.
struct Grant {
    Role role = Role::observer;
    std::string account;  ///< Empty for those of all.

    [[nodiscard]] bool may_change() const noexcept { return role != Role::observer; }

    bool operator==(const Grant&) const = default;
};

/// A secret that programs show, and people to sign in.
struct Token {
    using Time = std::chrono::sys_seconds;

    std::string id;    ///< Which is no secret.
    std::string name;  ///< What it is for, as its maker says.
    Grant grant;
    Time created;
    std::optional<Time> expires;
    std::optional<Time> revoked;
    std::optional<Time> used;  ///< For the last time, to the hour.

    bool operator==(const Token&) const = default;
};

/// Somebody who has shown a secret.
struct Caller {
    Grant grant;
    std::string who;    ///< For the history of names.
    std::string token;  ///< The id of the token that it comes from.

    bool operator==(const Caller&) const = default;
};

/// See above. Throws DatabaseError where the database cannot be used.
class AccessStore {
public:
    using Time = Token::Time;

    /// Opens what is in `directory`, and makes it where there is nothing.
    explicit AccessStore(const std::filesystem::path& directory);

    /// A new token, and its secret, which is not to be had again.
    struct NewToken {
        Token token;
        std::string secret;
    };
    [[nodiscard]] NewToken create_token(std::string name, Grant grant, Time now,
                                        std::optional<Time> expires);

    /// All of them, the oldest first.
    [[nodiscard]] std::vector<Token> tokens();

    /// Has the token `id` be of no use any more, and the sessions and links that come from it.
    /// False if there is none that was of any.
    bool revoke_token(const std::string& id, Time now);

    /// Who shows `secret`, that of a token.
    [[nodiscard]] std::optional<Caller> find_token(std::string_view secret, Time now);

    /// How many sessions there may be with one token for one account.
    static constexpr int max_sessions = 100;

    /// A secret with which a browser shows for `lifetime` that it is `caller`. Where that would be
    /// one too many, the oldest session ends.
    [[nodiscard]] std::string open_session(const Caller& caller, Time now,
                                           std::chrono::seconds lifetime);

    /// Who shows `secret`, that of a session.
    [[nodiscard]] std::optional<Caller> find_session(std::string_view secret, Time now);

    void close_session(std::string_view secret);

    /// A secret that opens one session for `account` within `lifetime`, on behalf of `maker`.
    [[nodiscard]] std::string create_link(const std::string& account, const Caller& maker, Time now,
                                          std::chrono::seconds lifetime);

    /// Who shows `secret`, that of a link, which is of no use from then on.
    [[nodiscard]] std::optional<Caller> use_link(std::string_view secret, Time now);

private:
    [[nodiscard]] Digest digest_of_secret(std::string_view secret) const;
    void note_use(const std::string& id, Time now) noexcept;
    void forget_expired(Time now);

    Secret key_;
    Database database_;
};

}  // namespace arpad
