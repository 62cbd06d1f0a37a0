/// \file  Any octets as the body of each request of the API that has one.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/invariant.hpp"
#include "control/api_requests.hpp"
#include "control/api_support.hpp"

namespace arpad {
namespace {

void check_wishes(const HttpRequest& request) {
    const auto wishes = read_wishes(request);
    if (!wishes) {
        ensure(wishes.error().status >= 400 && !wishes.error().body.empty(),
               "what is refused is told why");
        return;
    }
    ensure(!wishes->entries.empty() && wishes->entries.size() <= max_addresses_of_request,
           "a change is of some addresses, and not of too many");
}

void check_server(const std::string& body) {
    const auto server = read_server("web-1", body);
    if (!server) return;
    ensure(!server->allocations.empty(), "a server has addresses");
    ensure(!server->product.empty(), "and a product");
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    HttpRequest request;
    request.headers.emplace_back("content-type", "application/json");
    request.body.assign(reinterpret_cast<const char*>(data), size);
    check_wishes(request);
    check_server(request.body);
    if (const auto object = object_in(request.body)) (void)read_names(*object);
    return 0;
}
