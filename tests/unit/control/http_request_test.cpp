#include "control/http_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(HttpRequest, HasHeadersCookiesAndAType) {
    HttpRequest request;
    request.headers = {{"cookie", "a=1; session = x=y ;b=2"},
                       {"content-type", "Text/CSV; charset=utf-8"},
                       {"twice", "1"},
                       {"twice", "2"}};
    EXPECT_EQ(request.cookie("session"), "x=y");
    EXPECT_EQ(request.cookie("b"), "2");
    EXPECT_EQ(request.cookie("c"), std::nullopt);
    EXPECT_EQ(request.media_type(), "text/csv");
    EXPECT_EQ(request.header("twice"), std::nullopt);
    EXPECT_EQ(request.header("missing"), std::nullopt);
    EXPECT_EQ(HttpRequest().media_type(), "");
}

TEST(HttpTarget, IsTakenApart) {
    const auto target = read_target("/api/v1/addresses/2001:db8::1?q=a%20b+c&page=2&flag");
    ASSERT_TRUE(target.has_value());
    EXPECT_THAT(target->segments, ElementsAre("api", "v1", "addresses", "2001:db8::1"));
    EXPECT_THAT(target->query,
                ElementsAre(Pair("flag", ""), Pair("page", "2"), Pair("q", "a b c")));
    EXPECT_THAT(read_target("/a%2Fb/c%3f")->segments, ElementsAre("a/b", "c?"));
    EXPECT_THAT(read_target("/")->segments, ElementsAre());
    EXPECT_THAT(read_target("/%C3%A9")->segments, ElementsAre("\xC3\xA9"));
}

TEST(HttpTarget, IsRefusedWhereItIsBroken) {
    for (const char* const text :
         {"", "a", "*", "/%", "/%4", "/%zz", "/%00", "/%ff", "/a b", "/?a=1&a=2", "/?%ff=1",
          "/?a=%c3", "http://host/", "/\x01", "/%01"}) {
        EXPECT_FALSE(read_target(text).has_value()) << text;
    }
}

TEST(HttpForm, IsRead) {
    EXPECT_THAT(*read_form("token=a%2Bb&next=%2F&name=x+y"),
                ElementsAre(Pair("name", "x y"), Pair("next", "/"), Pair("token", "a+b")));
    EXPECT_THAT(*read_form(""), ElementsAre());
    EXPECT_FALSE(read_form("a=1&a=2").has_value());
    EXPECT_FALSE(read_form("a=%f").has_value());
}

}  // namespace
}  // namespace arpad
