#include "state/access_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "support/directory_test.hpp"

namespace arpad {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class AccessStoreTest : public test::DirectoryTest {
protected:
    const AccessStore::Time now_{seconds(1'800'000'000)};
    AccessStore store_{root_};
};

TEST_F(AccessStoreTest, KnowsWhoShowsAToken) {
    const auto [token, secret] = store_.create_token("panel", {Role::staff, ""}, now_, {});
    EXPECT_THAT(secret, StartsWith("arpad_"));
    EXPECT_GE(secret.size(), 49U);
    EXPECT_EQ(store_.find_token(secret, now_), (Caller{{Role::staff, ""}, "panel", token.id}));
    EXPECT_EQ(store_.find_token(secret + "x", now_), std::nullopt);
    EXPECT_EQ(store_.find_token("", now_), std::nullopt);
    EXPECT_EQ(store_.find_token(token.id, now_), std::nullopt);
}

TEST_F(AccessStoreTest, IdsAreNoOptions) {
    for (int i = 0; i < 300; ++i) {
        EXPECT_NE(store_.create_token("", {Role::staff, ""}, now_, {}).token.id.front(), '-');
    }
}

TEST_F(AccessStoreTest, IsThereAgain) {
    const auto made = store_.create_token("", {Role::account, "acme"}, now_, {});
    AccessStore again(root_);
    const auto caller = again.find_token(made.secret, now_);
    ASSERT_TRUE(caller.has_value());
    EXPECT_EQ(caller->who, "token " + made.token.id);
    EXPECT_EQ(caller->grant, (Grant{Role::account, "acme"}));
}

TEST_F(AccessStoreTest, HasNoSecrets) {
    const auto made = store_.create_token("panel", {Role::staff, ""}, now_, {});
    const std::string session =
        store_.open_session({made.token.grant, "panel", made.token.id}, now_, hours(1));
    for (const char* const file : {"access.db", "access.db-wal", "access.key"}) {
        std::ifstream in(root_ / file, std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(in), {}};
        EXPECT_THAT(content, Not(HasSubstr(made.secret.substr(6)))) << file;
        EXPECT_THAT(content, Not(HasSubstr(session))) << file;
    }
}

TEST_F(AccessStoreTest, TakesNoTokenThatIsRevokedOrExpired) {
    const auto short_lived = store_.create_token("a", {Role::observer, ""}, now_, now_ + hours(1));
    EXPECT_TRUE(store_.find_token(short_lived.secret, now_ + minutes(59)));
    EXPECT_FALSE(store_.find_token(short_lived.secret, now_ + hours(1)));
    const auto revoked = store_.create_token("b", {Role::staff, ""}, now_, {});
    EXPECT_TRUE(store_.revoke_token(revoked.token.id, now_ + hours(2)));
    EXPECT_FALSE(store_.revoke_token(revoked.token.id, now_ + hours(2)));
    EXPECT_FALSE(store_.revoke_token("nobody", now_));
    EXPECT_FALSE(store_.find_token(revoked.secret, now_));
    ASSERT_THAT(store_.tokens(), SizeIs(2));
}

TEST_F(AccessStoreTest, NotesWhenATokenWasUsed) {
    const auto made = store_.create_token("a", {Role::staff, ""}, now_, {});
    EXPECT_EQ(store_.tokens().front().used, std::nullopt);
    (void)store_.find_token(made.secret, now_ + hours(3));
    (void)store_.find_token(made.secret, now_ + hours(3) + minutes(5));
    EXPECT_EQ(store_.tokens().front().used, now_ + hours(3));
}

TEST_F(AccessStoreTest, SessionEndsWithItsTokenOrItsTime) {
    const auto made = store_.create_token("a", {Role::account, "acme"}, now_, now_ + hours(5));
    const auto caller = *store_.find_token(made.secret, now_);
    const std::string session = store_.open_session(caller, now_, hours(1));
    EXPECT_EQ(store_.find_session(session, now_ + minutes(59)), caller);
    EXPECT_FALSE(store_.find_session(session, now_ + hours(1)));
    EXPECT_FALSE(store_.find_token(session, now_));
    const std::string longer = store_.open_session(caller, now_, hours(10));
    EXPECT_FALSE(store_.find_session(longer, now_ + hours(6)));
    const std::string other = store_.open_session(caller, now_, hours(1));
    store_.close_session(other);
    EXPECT_FALSE(store_.find_session(other, now_));
    EXPECT_TRUE(store_.find_session(longer, now_));
    EXPECT_TRUE(store_.revoke_token(made.token.id, now_));
    EXPECT_FALSE(store_.find_session(longer, now_));
}

TEST_F(AccessStoreTest, OldestSessionOfTooManyEnds) {
    const auto made = store_.create_token("panel", {Role::staff, ""}, now_, {});
    const Caller acme{{Role::account, "acme"}, "panel", made.token.id};
    const std::string first = store_.open_session(acme, now_, hours(1));
    const std::string other =
        store_.open_session({made.token.grant, "panel", made.token.id}, now_, hours(1));
    std::string last;
    for (int i = 1; i < AccessStore::max_sessions; ++i) {
        last = store_.open_session(acme, now_ + seconds(1), hours(1));
    }
    EXPECT_TRUE(store_.find_session(first, now_).has_value());
    last = store_.open_session(acme, now_ + seconds(1), hours(1));
    EXPECT_FALSE(store_.find_session(first, now_).has_value());
    EXPECT_TRUE(store_.find_session(last, now_).has_value());
    EXPECT_TRUE(store_.find_session(other, now_).has_value());
}

TEST_F(AccessStoreTest, LinkIsUsedOnce) {
    const auto made = store_.create_token("panel", {Role::staff, ""}, now_, {});
    const auto maker = *store_.find_token(made.secret, now_);
    const std::string link = store_.create_link("acme", maker, now_, minutes(2));
    EXPECT_FALSE(store_.use_link(link + "x", now_));
    const auto caller = store_.use_link(link, now_ + minutes(1));
    ASSERT_TRUE(caller.has_value());
    EXPECT_EQ(caller->grant, (Grant{Role::account, "acme"}));
    EXPECT_THAT(caller->who, HasSubstr("panel"));
    EXPECT_FALSE(store_.use_link(link, now_ + minutes(1)));
    const std::string late = store_.create_link("acme", maker, now_, minutes(2));
    EXPECT_FALSE(store_.use_link(late, now_ + minutes(2)));
    const std::string orphan = store_.create_link("acme", maker, now_, minutes(2));
    EXPECT_TRUE(store_.revoke_token(made.token.id, now_));
    EXPECT_FALSE(store_.use_link(orphan, now_));
}

TEST_F(AccessStoreTest, RefusesANewerDatabase) {
    Database(root_ / "access.db").run("PRAGMA user_version = 9");
    EXPECT_THROW(AccessStore{root_}, DatabaseError);
}

}  // namespace
}  // namespace arpad
