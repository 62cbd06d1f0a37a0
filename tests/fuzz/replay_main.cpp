/// \file  Runs a fuzz target over the files named on the command line, and over all files below
///        the directories named there: the corpus as a test where there is no libFuzzer.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

/// The fuzz target, with libFuzzer's own signature.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

/// All files at or below `path`; throws if there is no such path.
std::vector<fs::path> find_inputs(const fs::path& path) {
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> inputs;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
        if (entry.is_regular_file()) inputs.push_back(entry.path());
    }
    return inputs;
}

/// The content of `path`, in a buffer of exactly its size so that a sanitizer sees every overrun.
std::vector<std::uint8_t> read_input(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot read " + path.string());
    std::vector<std::uint8_t> input{std::istreambuf_iterator<char>(stream), {}};
    input.shrink_to_fit();
    return input;
}

/// Replays every input at or below `path` and says how many there were.
std::size_t replay(const fs::path& path) {
    const std::vector<fs::path> inputs = find_inputs(path);
    for (const fs::path& input_path : inputs) {
        const std::vector<std::uint8_t> input = read_input(input_path);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    return inputs.size();
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t count = 0;
    try {
        const std::span arguments(argv, static_cast<std::size_t>(argc));
        for (const char* argument : arguments.subspan(1)) count += replay(argument);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::printf("%zu inputs replayed\n", count);
    // A replay of nothing proves nothing.
    return count == 0 ? 1 : 0;
}
