#include "control/http_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace arpad {
namespace {

using testing::ElementsAre;

TEST(HttpRoutes, FindTheHandlerOfARequest) {
    HttpRoutes routes;
    std::string called;
    const auto handler = [&called](const std::string& name) {
        return [&called, name](const HttpRequest&, const HttpRespond&) { called = name; };
    };
    routes.add("GET", "/", handler("root"));
    routes.add("GET", "/a/{}", handler("get"));
    routes.add("PUT", "/a/{}", handler("put"));
    routes.add("GET", "/a/{}/b", handler("below"));
    const auto call = [&](std::string_view method, const std::vector<std::string>& segments) {
        called.clear();
        const auto found = routes.find(method, segments);
        if (found.handler != nullptr) (*found.handler)({}, {});
        return called + "|" + found.methods;
    };
    EXPECT_EQ(call("GET", {}), "root|GET");
    EXPECT_EQ(call("GET", {"a", "x"}), "get|GET, PUT");
    EXPECT_EQ(call("PUT", {"a", "x"}), "put|GET, PUT");
    EXPECT_EQ(call("DELETE", {"a", "x"}), "|GET, PUT");
    EXPECT_EQ(call("GET", {"a", "x", "b"}), "below|GET");
    EXPECT_EQ(call("GET", {"a"}), "|");
    EXPECT_THAT(routes.find("GET", {"a", "192.0.2.7"}).parts, ElementsAre("192.0.2.7"));
}

}  // namespace
}  // namespace arpad
