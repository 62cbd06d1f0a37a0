/// \file  An open file of the system: closed when its owner goes out of scope.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace arpad {

/// See above.
class Descriptor {
public:
    Descriptor() noexcept = default;

    /// Owns `number`; negative: nothing.
    explicit Descriptor(int number) noexcept : number_(number) {}

    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, none)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (is_open()) ::close(number_);
    }

    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    [[nodiscard]] int number() const noexcept { return number_; }

    /// Gives up ownership.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, none); }

    /// Another descriptor of what `number` is one of, such as a socket; not open if the system
    /// refuses, and the reason is in `errno`.
    [[nodiscard]] static Descriptor copy_of(int number) noexcept {
        return Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, 0));
    }

private:
    static constexpr int none = -1;

    int number_ = none;
};

}  // namespace arpad
