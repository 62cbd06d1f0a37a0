#include "control/http_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
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

    std::string request(const std::string& line, const std::string& body = {}) {
        return exchange(line + " HTTP/1.1\r\nHost: arpad\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    asio::io_context io_;
};

TEST_F(HttpServerTest, HandsRequestsToTheirHandler) {
    const auto server = open();
    server->add("POST", "/v1/echo", [](const std::string& body, const auto& respond) {
        respond({200, body});
    });
    const std::string reply = request("POST /v1/echo", "{\"a\":1}");
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(reply, HasSubstr("application/json"));
    EXPECT_TRUE(reply.ends_with("\r\n\r\n{\"a\":1}")) << reply;
}

TEST_F(HttpServerTest, ReplyMayComeLater) {
    const auto server = open();
    server->add("GET", "/later", [this](const std::string&, HttpServer::Respond respond) {
        asio::post(io_, [respond = std::move(respond)] { respond({200, "done", "text/plain"}); });
    });
    EXPECT_TRUE(request("GET /later").ends_with("done"));
}

TEST_F(HttpServerTest, SaysWhatItDoesNotKnow) {
    const auto server = open();
    server->add("GET", "/known", [](const std::string&, const auto& respond) {
        respond({200, "{}"});
    });
    EXPECT_THAT(request("GET /unknown"), StartsWith("HTTP/1.1 404 "));
    const std::string reply = request("DELETE /known");
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(reply, HasSubstr("application/problem+json"));
}

TEST_F(HttpServerTest, SurvivesWhatIsNoHttp) {
    const auto server = open();
    server->add("GET", "/known", [](const std::string&, const auto& respond) {
        respond({200, "fine"});
    });
    EXPECT_EQ(exchange("nonsense\r\n\r\n\r\n"), "");
    EXPECT_EQ(exchange(""), "");
    EXPECT_EQ(exchange("POST /known HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"), "");
    EXPECT_TRUE(request("GET /known").ends_with("fine"));
}

TEST_F(HttpServerTest, SessionOutlivesItsServer) {
    auto server = open();
    server->add("GET", "/known", [](const std::string&, const auto& respond) {
        respond({200, "fine"});
    });
    stream_protocol::socket client(io_);
    client.connect(stream_protocol::endpoint(socket().string()));
    io_.poll();
    server.reset();
    asio::write(client, asio::buffer(std::string("GET /known HTTP/1.1\r\nHost: arpad\r\n\r\n")));
    io_.restart();
    io_.run();
    std::string reply;
    boost::system::error_code end;
    asio::read(client, asio::dynamic_buffer(reply), end);
    EXPECT_TRUE(reply.ends_with("fine")) << reply;
}

TEST_F(HttpServerTest, ListensOverTcp) {
    const auto server = HttpServer::open(io_, {*Address::from_text("127.0.0.1"), 0});
    ASSERT_TRUE(server.has_value());
    (*server)->add("GET", "/metrics", [](const std::string&, const auto& respond) {
        respond({200, "up 1\n", "text/plain"});
    });
    std::string reply;
    std::thread client([&] {
        asio::io_context io;
        asio::ip::tcp::socket socket(io);
        socket.connect({asio::ip::address_v4::loopback(), (*server)->endpoint().port});
        boost::system::error_code ignored;  // the server closes
        asio::write(socket, asio::buffer("GET /metrics HTTP/1.1\r\nHost: arpad\r\n\r\n", 39),
                    ignored);
        asio::read(socket, asio::dynamic_buffer(reply), ignored);
        asio::post(io_, [this] { io_.stop(); });
    });
    io_.run();
    client.join();
    EXPECT_TRUE(reply.ends_with("\r\n\r\nup 1\n")) << reply;
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
