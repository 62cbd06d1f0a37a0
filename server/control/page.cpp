#include "control/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "base/log.hpp"
#include "control/page_files.hpp"
#include "load/host_name.hpp"

namespace arpad {
namespace {

constexpr std::string_view html_type = "text/html; charset=utf-8";
constexpr std::size_t rows_per_page = 100;

constexpr std::string_view out_of_order =
    "<!doctype html><title>Out of order</title><p>The server cannot use its state at present. Its "
    "log says why.";

/// `text` as HTML has it in elements and in quoted attributes.
std::string escaped(std::string_view text) {
    std::string html;
    for (const char character : text) {
        switch (character) {
            case '&':
                html += "&amp;";
                break;
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '"':
                html += "&quot;";
                break;
            case '\'':
                html += "&#39;";
                break;
            default:
                html += character;
        }
    }
    return html;
}

using Values = std::map<std::string_view, std::string>;

/// `html` with each `{{key}}` exchanged for its value. What values say is not looked into.
std::string filled(std::string_view html, const Values& values) {
    std::string text;
    for (;;) {
        const std::size_t begin = html.find("{{");
        const std::size_t end = html.find("}}", begin);
        text += html.substr(0, begin);
        if (begin == std::string_view::npos || end == std::string_view::npos) return text;
        text += values.at(html.substr(begin + 2, end - begin - 2));
        html.remove_prefix(end + 2);
    }
}

HttpReply html_reply(unsigned status, std::string html) {
    return {status, std::move(html), std::string(html_type)};
}

HttpReply redirection(std::string_view target, std::string cookie) {
    HttpReply reply = html_reply(303, "");
    reply.headers.emplace_back("Location", target);
    if (!cookie.empty()) reply.headers.emplace_back("Set-Cookie", std::move(cookie));
    return reply;
}

HttpReply sign_in_form(unsigned status, std::string_view message) {
    std::string html;
    if (!message.empty()) {
        html = fmt::format("<p class=\"error\" role=\"alert\">{}</p>", escaped(message));
    }
    return html_reply(status, filled(page_files::sign_in_html, {{"message", std::move(html)}}));
}

std::string names_html(const BookRow& row) {
    std::string html;
    if (row.ptr) {
        for (const Name& name : targets_of(*row.ptr)) {
            html += fmt::format("{}<span class=\"name\">{}</span>", html.empty() ? "" : " ",
                                escaped(host_name_text(name)));
        }
    }
    return html.empty() ? "<span class=\"nothing\">no name</span>" : html;
}

std::string row_html(const BookRow& row) {
    const ServerModel* const server = row.entry.server;
    return fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        escaped(server == nullptr ? "" : server->name),
        escaped(server == nullptr ? "" : host_name_text(server->host_name)),
        row.entry.address.to_text(), row.entry.is_primary ? "Yes" : "No", names_html(row));
}

std::size_t page_number(const HttpRequest& request) {
    const auto text = request.parameter("page").value_or("1");
    std::size_t number = 1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    constexpr std::size_t max_page = 100'000;
    return error == std::errc() && number >= 1 && number <= max_page ? number : 1;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> page_headers(bool is_encrypted) {
    std::vector<std::pair<std::string, std::string>> headers{
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
         "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"}};
    if (is_encrypted) headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
    return headers;
}

Page::Page(Access& access, const AddressBook& book, StateReader& state)
    : access_(access), book_(book), state_(state) {}

void Page::add_to(HttpServer& server) {
    const auto add = [&](const char* method, const char* path, auto handler) {
        server.add(method, path,
                   [this, handler](const HttpRequest& request, const HttpRespond& respond) {
                       try {
                           (this->*handler)(request, respond);
                       } catch (const DatabaseError& failure) {
                           spdlog::error("web: the state cannot be used: {}", failure.what());
                           respond(html_reply(503, std::string(out_of_order)));
                       }
                   });
    };
    add("GET", "/", &Page::show);
    add("POST", "/sign-in", &Page::sign_in);
    add("POST", "/sign-out", &Page::sign_out);
    server.add("GET", "/page.css", [](const HttpRequest&, const HttpRespond& respond) {
        respond({200, std::string(page_files::page_css), "text/css; charset=utf-8"});
    });
    server.add("GET", "/page.js", [](const HttpRequest&, const HttpRespond& respond) {
        respond({200, std::string(page_files::page_js), "text/javascript; charset=utf-8"});
    });
    server.add("GET", "/icon.svg", [](const HttpRequest&, const HttpRespond& respond) {
        respond({200, std::string(page_files::icon_svg), "image/svg+xml"});
    });
    // Looking at a link does not use it up: programs that look for viruses do that, too.
    server.add("GET", "/sign-in/{}", [](const HttpRequest& request, const HttpRespond& respond) {
        respond(html_reply(
            200, filled(page_files::link_html, {{"secret", escaped(request.parts.front())}})));
    });
}

void Page::sign_out(const HttpRequest& request, const HttpRespond& respond) {
    const auto visitor = access_.identify(request);
    respond(redirection("/", visitor ? access_.sign_out(request) : std::string()));
}

void Page::sign_in(const HttpRequest& request, const HttpRespond& respond) {
    if (request.media_type() != "application/x-www-form-urlencoded") {
        respond(problem_reply(415, "wrong type", "send the form of the page"));
        return;
    }
    const auto form = read_form(request.body).value_or(std::map<std::string, std::string>());
    const auto secret = form.find("token");
    if (secret == form.end()) {
        respond(sign_in_form(400, "Enter your token."));
        return;
    }
    auto cookie = access_.sign_in(request, secret->second);
    if (cookie) {
        respond(redirection("/", std::move(*cookie)));
        return;
    }
    HttpReply reply =
        sign_in_form(cookie.error().status,
                     cookie.error().status == 429
                         ? "Too many attempts. Wait for a minute, then try again."
                         : "This token or link is not valid, or not any more. Ask for a new one.");
    reply.headers = cookie.error().headers;
    respond(std::move(reply));
}

void Page::show(const HttpRequest& request, const HttpRespond& respond) {
    const auto visitor = access_.identify(request);
    if (!visitor) {
        respond(sign_in_form(200, ""));
        return;
    }
    respond(html_reply(200, listing(request, *visitor)));
}

/// The page with a table of what there is, for those without script; the script fills in its own.
std::string Page::listing(const HttpRequest& request, const Visitor& visitor) const {
    const std::size_t number = page_number(request);
    BookQuery query;
    query.text = request.parameter("q").value_or("");
    query.limit = rows_per_page;
    query.offset = (number - 1) * rows_per_page;
    const BookPage found = book_.find(query, visitor.grant(), state_);
    std::string rows;
    for (const BookRow& row : found.rows) rows += row_html(row);
    const std::size_t pages =
        std::max<std::size_t>(1, (found.total + rows_per_page - 1) / rows_per_page);
    const std::string search =
        query.text.empty() ? std::string() : "&amp;q=" + percent_encoded(query.text);
    std::string pager;
    for (const auto& [label, target] :
         {std::pair("Previous", number - 1), std::pair("Next", number + 1)}) {
        if (target < 1 || target > pages) continue;
        pager += fmt::format("<a href=\"/?page={}{}\">{}</a> ", target, search, label);
    }
    return filled(page_files::page_html, {{"who", escaped(visitor.caller.who)},
                                          {"query", escaped(query.text)},
                                          {"total", std::to_string(found.total)},
                                          {"pager", std::move(pager)},
                                          {"rows", std::move(rows)}});
}

}  // namespace arpad
