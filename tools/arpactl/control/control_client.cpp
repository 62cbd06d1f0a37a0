#include "control/control_client.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <filesystem>

#include "base/diagnostics.hpp"
#include "load/config_file.hpp"
#include "progress.hpp"

namespace arpad {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using asio::local::stream_protocol;

std::filesystem::path socket_of(const ControlOptions& options) {
    if (!options.socket.empty()) return options.socket;
    Diagnostics diagnostics;
    const auto config = read_config_file(options.config, diagnostics);
    if (!config) throw ControlFailure(diagnostics.to_text());
    return config->state / "control.sock";
}

/// What a problem document says (RFC 9457).
std::string problem_text(const std::string& body) {
    boost::system::error_code error;
    const json::value problem = json::parse(body, error);
    if (error || !problem.is_object()) return body;
    const json::object& fields = problem.as_object();
    const auto text = [&fields](std::string_view key) {
        const json::value* const value = fields.if_contains(key);
        return value != nullptr && value->is_string() ? std::string(value->as_string())
                                                      : std::string();
    };
    return fmt::format("{}\n  {}", text("title"), text("detail"));
}

}  // namespace

std::shared_ptr<ControlOptions> add_control_options(CLI::App& command) {
    auto options = std::make_shared<ControlOptions>();
    options->config = default_config_file;
    command.add_option("-c,--config", options->config, "Configuration of the server")
        ->type_name("FILE")
        ->capture_default_str();
    command
        .add_option("--socket", options->socket, "Control socket, instead of the configuration's")
        ->type_name("FILE");
    command.add_flag("--json", options->as_json, "Print the reply as JSON");
    return options;
}

std::string request(const ControlOptions& options, std::string_view method, std::string_view target,
                    std::string body, std::string_view type) {
    const std::filesystem::path path = socket_of(options);
    asio::io_context io;
    beast::basic_stream<stream_protocol> stream(io);
    boost::system::error_code error;
    stream.socket().connect(stream_protocol::endpoint(path.string()), error);
    if (error) {
        throw ControlFailure(fmt::format(
            "cannot reach arpad at {}: {}\n  start it with this configuration, and run this as its "
            "user or as root",
            path.string(), error.message()));
    }
    http::request<http::string_body> asked;
    asked.method_string(beast::string_view(method.data(), method.size()));
    asked.target(beast::string_view(target.data(), target.size()));
    asked.version(11);
    asked.set(http::field::host, "arpad");
    asked.set(http::field::content_type, beast::string_view(type.data(), type.size()));
    asked.body() = std::move(body);
    asked.prepare_payload();
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    {
        const Progress progress("waiting for arpad");
        http::write(stream, asked, error);
        if (!error) http::read(stream, buffer, parser, error);
    }
    if (error) {
        throw ControlFailure(
            fmt::format("arpad at {} did not reply: {}", path.string(), error.message()));
    }
    if (parser.get().result() != http::status::ok) {
        throw ControlFailure(problem_text(parser.get().body()));
    }
    return std::move(parser.get().body());
}

json::object request_json(const ControlOptions& options, std::string_view method,
                          std::string_view target, std::string body) {
    boost::system::error_code error;
    json::value reply = json::parse(request(options, method, target, std::move(body)), error);
    if (error || !reply.is_object()) {
        throw ControlFailure("the reply is no JSON: use an arpactl of the server's version");
    }
    return std::move(reply.as_object());
}

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

void print_json(const json::object& object) {
    fmt::print("{}\n", json::serialize(object));
}

}  // namespace arpad
