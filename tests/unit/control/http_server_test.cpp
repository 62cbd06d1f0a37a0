#include "control/http_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "support/directory_test.hpp"

namespace arpad {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

using asio::local::stream_protocol;
using testing::HasSubstr;
using testing::StartsWith;

class HttpServerTest : public test::DirectoryTest {
protected:
    [[nodiscard]] fs::path socket() const { return root_ / "control.sock"; }

    std::unique_ptr<HttpServer> open() {
        auto server = HttpServer::open(io_, socket());
        EXPECT_TRUE(server.has_value()) << server.error();
        return std::move(*server);
    }

    /// Sends `octets` to the server and returns everything that comes back.
    std::string exchange(const std::string& octets) {
        std::string reply;
        std::thread client([&] {
            asio::io_context io;
            stream_protocol::socket socket(io);
            socket.connect(stream_protocol::endpoint(this->socket().string()));
            boost::system::error_code ignored;  // the server may close early
            asio::write(socket, asio::buffer(octets), ignored);
            socket.shutdown(stream_protocol::socket::shutdown_send, ignored);
            asio::read(socket, asio::dynamic_buffer(reply), ignored);
            asio::post(io_, [this] { io_.stop(); });
        });
        io_.restart();
        io_.run();
        client.join();
        return reply;
    }

    /// Runs what is under way to its end, where there is no server any more, and returns everything
    /// that has come back to `client`.
    std::string rest_of(stream_protocol::socket& client) {
        io_.restart();
        io_.run();
        std::string reply;
        boost::system::error_code end;
        asio::read(client, asio::dynamic_buffer(reply), end);
        return reply;
    }

    std::string request(const std::string& line, const std::string& body = {}) {
        return exchange(line + " HTTP/1.1\r\nHost: arpad\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    asio::io_context io_;
};

TEST_F(HttpServerTest, HandsRequestsToTheirHandler) {
    const auto server = open();
    server->add("POST", "/v1/echo", [](const HttpRequest& request, const auto& respond) {
        respond({200, request.body});
    });
    const std::string reply = request("POST /v1/echo", "{\"a\":1}");
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(reply, HasSubstr("application/json"));
    EXPECT_TRUE(reply.ends_with("\r\n\r\n{\"a\":1}")) << reply;
}

TEST_F(HttpServerTest, ReplyMayComeLater) {
    const auto server = open();
    server->add("GET", "/later", [this](const HttpRequest&, HttpServer::Respond respond) {
        asio::post(io_, [respond = std::move(respond)] { respond({200, "done", "text/plain"}); });
    });
    EXPECT_TRUE(request("GET /later").ends_with("done"));
}

TEST_F(HttpServerTest, SaysWhatItDoesNotKnow) {
    const auto server = open();
    server->add("GET", "/known", [](const HttpRequest&, const auto& respond) {
        respond({200, "{}"});
    });
    EXPECT_THAT(request("GET /unknown"), StartsWith("HTTP/1.1 404 "));
    const std::string reply = request("DELETE /known");
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(reply, HasSubstr("application/problem+json"));
}

TEST_F(HttpServerTest, SurvivesWhatIsNoHttp) {
    const auto server = open();
    server->add("GET", "/known", [](const HttpRequest&, const auto& respond) {
        respond({200, "fine"});
    });
    EXPECT_THAT(exchange("nonsense\r\n\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    EXPECT_EQ(exchange(""), "");
    EXPECT_THAT(exchange("POST /known HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(exchange("GET /known HTTP/1.1\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n"),
                StartsWith("HTTP/1.1 431 "));
    EXPECT_EQ(exchange("GET /known HTT"), "");
    EXPECT_TRUE(request("GET /known").ends_with("fine"));
}

// Beast asserts that of a last chunk that comes in pieces not as little comes at once.
TEST_F(HttpServerTest, LastChunkMayComeOctetByOctet) {
    auto server = open();
    server->add("POST", "/v1/echo", [](const HttpRequest& request, const auto& respond) {
        respond({200, "got " + std::to_string(request.body.size())});
    });
    stream_protocol::socket client(io_);
    client.connect(stream_protocol::endpoint(socket().string()));
    const std::string head =
        "POST /v1/echo HTTP/1.1\r\nHost: arpad\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    for (const std::string& piece :
         {head, std::string("0\r\n"), std::string("\r"), std::string("\n")}) {
        asio::write(client, asio::buffer(piece));
        io_.restart();
        io_.poll();
    }
    server.reset();
    const std::string reply = rest_of(client);
    EXPECT_TRUE(reply.ends_with("got 0")) << reply;
}

TEST_F(HttpServerTest, SessionOutlivesItsServer) {
    auto server = open();
    server->add("GET", "/known", [](const HttpRequest&, const auto& respond) {
        respond({200, "fine"});
    });
    stream_protocol::socket client(io_);
    client.connect(stream_protocol::endpoint(socket().string()));
    io_.poll();
    server.reset();
    asio::write(client, asio::buffer(std::string(
                            "GET /known HTTP/1.1\r\nHost: arpad\r\nConnection: close\r\n\r\n")));
    const std::string reply = rest_of(client);
    EXPECT_TRUE(reply.ends_with("fine")) << reply;
}

TEST_F(HttpServerTest, ListensOverTcp) {
    const auto server = HttpServer::open(io_, {*Address::from_text("127.0.0.1"), 0});
    ASSERT_TRUE(server.has_value());
    (*server)->add("GET", "/metrics", [](const HttpRequest&, const auto& respond) {
        respond({200, "up 1\n", "text/plain"});
    });
    std::string reply;
    std::thread client([&] {
        asio::io_context io;
        asio::ip::tcp::socket socket(io);
        socket.connect({asio::ip::address_v4::loopback(), (*server)->endpoint().port});
        boost::system::error_code ignored;  // the server closes
        asio::write(socket,
                    asio::buffer(std::string("GET /metrics HTTP/1.1\r\nHost: arpad\r\n"
                                             "Connection: close\r\n\r\n")),
                    ignored);
        asio::read(socket, asio::dynamic_buffer(reply), ignored);
        asio::post(io_, [this] { io_.stop(); });
    });
    io_.run();
    client.join();
    EXPECT_TRUE(reply.ends_with("\r\n\r\nup 1\n")) << reply;
}

TEST_F(HttpServerTest, AnswersRequestsOfOneConnectionInTurn) {
    const auto server = open();
    server->set_headers({{"X-Frame-Options", "DENY"}});
    server->add("GET", "/{}", [](const HttpRequest& request, const auto& respond) {
        respond({200, request.parts.front(), "text/plain"});
    });
    const std::string reply = exchange(
        "GET /first HTTP/1.1\r\n\r\nHEAD /second HTTP/1.1\r\n\r\n"
        "GET /third HTTP/1.1\r\nConnection: close\r\n\r\nGET /never HTTP/1.1\r\n\r\n");
    EXPECT_THAT(reply, HasSubstr("X-Frame-Options: DENY\r\n"));
    EXPECT_THAT(reply, HasSubstr("\r\n\r\nfirstHTTP/1.1 200 OK"));
    EXPECT_THAT(reply, HasSubstr("Content-Length: 6"));
    EXPECT_THAT(reply, testing::Not(HasSubstr("second")));
    EXPECT_TRUE(reply.ends_with("third")) << reply;
}

TEST_F(HttpServerTest, LetsAGateRefuse) {
    const auto server = open();
    server->set_gate([](const HttpRequest& request) -> std::optional<HttpReply> {
        if (request.header("host") == "arpad" && request.user == ::getuid()) return std::nullopt;
        return problem_reply(421, "not here", "ask another server");
    });
    server->add("GET", "/known", [](const HttpRequest&, const auto& respond) {
        respond({200, "fine"});
    });
    EXPECT_TRUE(request("GET /known").ends_with("fine"));
    EXPECT_THAT(exchange("GET /known HTTP/1.1\r\nHost: evil\r\n\r\n"), StartsWith("HTTP/1.1 421 "));
}

TEST_F(HttpServerTest, AsksForABodyThatWaits) {
    const auto server = open();
    server->add("POST", "/echo", [](const HttpRequest& request, const auto& respond) {
        respond({200, request.body});
    });
    const std::string reply =
        exchange("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"));
    EXPECT_TRUE(reply.ends_with("hi")) << reply;
}

TEST_F(HttpServerTest, HasRoomForSoManyLongBodiesOnly) {
    HttpLimits limits;
    limits.body_octets = 10;          // of anybody
    limits.long_bodies_octets = 400;  // a quarter of them for one sender
    const auto server = HttpServer::open(io_, {*Address::from_text("127.0.0.1"), 0}, limits);
    ASSERT_TRUE(server.has_value());
    (*server)->set_body_limit([](const HttpRequest& request) {
        return HttpServer::BodyGrant{60, std::string(request.header("x-sender").value_or("one"))};
    });
    (*server)->add("POST", "/echo", [](const HttpRequest& request, const auto& respond) {
        respond({200, request.body});
    });
    const std::string body(60, 'x');
    std::string interim(25, ' ');
    std::string first;
    std::string second;
    std::string other;
    std::string small;
    std::string third;
    std::thread client([&] {
        asio::io_context io;
        boost::system::error_code ignored;  // the server closes
        const auto connect = [&] {
            asio::ip::tcp::socket socket(io);
            socket.connect({asio::ip::address_v4::loopback(), (*server)->endpoint().port});
            return socket;
        };
        const auto head = [](std::size_t octets) {
            return "POST /echo HTTP/1.1\r\nHost: arpad\r\nConnection: close\r\nContent-Length: " +
                   std::to_string(octets) + "\r\n";
        };
        const auto exchange = [&](const std::string& request, std::string& reply) {
            auto socket = connect();
            asio::write(socket, asio::buffer(request), ignored);
            asio::read(socket, asio::dynamic_buffer(reply), ignored);
        };
        auto waiting = connect();
        asio::write(waiting, asio::buffer(head(body.size()) + "Expect: 100-continue\r\n\r\n"),
                    ignored);
        asio::read(waiting, asio::buffer(interim), ignored);
        exchange(head(body.size()) + "\r\n" + body, second);
        exchange(head(body.size()) + "X-Sender: other\r\n\r\n" + body, other);
        exchange(head(5) + "\r\nsmall", small);
        asio::write(waiting, asio::buffer(body), ignored);
        asio::read(waiting, asio::dynamic_buffer(first), ignored);
        exchange(head(body.size()) + "\r\n" + body, third);
        asio::post(io_, [this] { io_.stop(); });
    });
    io_.run();
    client.join();
    EXPECT_THAT(interim, StartsWith("HTTP/1.1 100 Continue"));
    EXPECT_THAT(second, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(second, HasSubstr("Retry-After: "));
    EXPECT_TRUE(other.ends_with(body)) << other;
    EXPECT_TRUE(small.ends_with("small")) << small;
    EXPECT_TRUE(first.ends_with(body)) << first;
    EXPECT_TRUE(third.ends_with(body)) << third;
}

TEST_F(HttpServerTest, TakesRoomForBodiesInChunksWhenTheyGetLong) {
    HttpLimits limits;
    limits.body_octets = 10;
    limits.long_bodies_octets = 100;  // less than is granted to one
    const auto server = HttpServer::open(io_, {*Address::from_text("127.0.0.1"), 0}, limits);
    ASSERT_TRUE(server.has_value());
    (*server)->set_body_limit([](const HttpRequest&) { return HttpServer::BodyGrant{60, "one"}; });
    (*server)->add("POST", "/echo", [](const HttpRequest& request, const auto& respond) {
        respond({200, request.body});
    });
    std::string small;
    std::string large;
    std::thread client([&] {
        const auto exchange = [&](const std::string& chunks, std::string& reply) {
            asio::io_context io;
            boost::system::error_code ignored;  // the server closes
            asio::ip::tcp::socket socket(io);
            socket.connect({asio::ip::address_v4::loopback(), (*server)->endpoint().port});
            asio::write(socket,
                        asio::buffer("POST /echo HTTP/1.1\r\nHost: arpad\r\nConnection: close\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n" +
                                     chunks + "0\r\n\r\n"),
                        ignored);
            asio::read(socket, asio::dynamic_buffer(reply), ignored);
        };
        exchange("5\r\nsmall\r\n5\r\n-enou\r\n", small);
        exchange("9\r\n123456789\r\n9\r\n123456789\r\n", large);
        asio::post(io_, [this] { io_.stop(); });
    });
    io_.run();
    client.join();
    EXPECT_TRUE(small.ends_with("small-enou")) << small;
    EXPECT_THAT(large, StartsWith("HTTP/1.1 503 "));
}

TEST_F(HttpServerTest, TcpPortThatIsTakenIsAnError) {
    const auto server = HttpServer::open(io_, {*Address::from_text("127.0.0.1"), 0});
    ASSERT_TRUE(server.has_value());
    const auto second = HttpServer::open(io_, (*server)->endpoint());
    ASSERT_TRUE(second.has_error());
    EXPECT_THAT(second.error(), HasSubstr("another server uses the port"));
}

TEST_F(HttpServerTest, DirectoryInItsPlaceIsNamedAsTheReason) {
    fs::create_directory(socket());
    const auto server = HttpServer::open(io_, socket());
    ASSERT_TRUE(server.has_error());
    EXPECT_THAT(server.error(), HasSubstr("Is a directory"));
}

TEST_F(HttpServerTest, LeavesTheSocketOfASuccessorAlone) {
    auto server = open();
    fs::remove(socket());
    const auto successor = open();
    server.reset();
    EXPECT_TRUE(fs::exists(socket()));
}

TEST_F(HttpServerTest, ReplacesASocketThatWasLeftOver) {
    { stream_protocol::acceptor old(io_, stream_protocol::endpoint(socket().string())); }
    ASSERT_TRUE(fs::exists(socket()));
    EXPECT_NE(open(), nullptr);
}

TEST_F(HttpServerTest, LeavesTheSocketOfALivingServerAlone) {
    const auto server = open();
    const auto second = HttpServer::open(io_, socket());
    ASSERT_TRUE(second.has_error());
    EXPECT_THAT(second.error(), HasSubstr("another arpad listens there"));
}

TEST_F(HttpServerTest, OnlyOwnerAndGroupMayUseIt) {
    const auto server = open();
    struct stat status {};
    ASSERT_EQ(::stat(socket().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0660U);
}

TEST_F(HttpServerTest, RemovesTheSocketAtTheEnd) {
    open().reset();
    EXPECT_FALSE(fs::exists(socket()));
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
    EXPECT_THAT(HttpServer::open(io_, root_ / "none/control.sock").error(),
                HasSubstr("No such file or directory"));
    EXPECT_THAT(HttpServer::open(io_, root_ / std::string(200, 'x')).error(),
                HasSubstr("too long"));
}

}  // namespace
}  // namespace arpad
