#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <fstream>
#include <latch>
#include <sstream>
#include <string>
#include <vector>

#include "client/agent_connection.h"
#include "tests/catch.h"
#include "tests/client/fake_agent.h"

using namespace signet;
using namespace signet::tests;
namespace protocol = agent::protocol;

namespace {

/// What is searched for never lies in memory as it is, or the search would find itself.
constexpr unsigned char mask = 0x5a;

/// The largest mapping that is searched; the sanitizers' shadows are larger.
constexpr std::uintptr_t max_mapping = std::uintptr_t{1} << 28;

struct Mapping {
    std::uintptr_t begin;
    std::uintptr_t end;
};

/// Where a thread's stack is; set by each thread that handles the secret. Stacks are left out: the dynamic
/// loader saves the vector registers there whenever it binds a function late, with what memcpy left in them.
std::array<std::atomic<std::uintptr_t>, 2> stacks;

std::vector<Mapping> writable_mappings() {
    const auto is_stack = [](const Mapping& mapping) {
        return std::any_of(stacks.begin(), stacks.end(), [&](const std::atomic<std::uintptr_t>& stack) {
            return mapping.begin <= stack && stack < mapping.end;
        });
    };
    std::vector<Mapping> mappings;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields(line);
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        std::string permissions;
        fields >> std::hex >> begin >> dash >> end >> permissions;
        if (permissions.starts_with("rw") && end - begin <= max_mapping && !is_stack({begin, end}))
            mappings.push_back({begin, end});
    }
    return mappings;
}

/// Bytes of a piece of the secret that is searched for. A copy may lack others: free() writes to the start of
/// what it is given, and what is allocated next may lie over a part.
constexpr std::size_t piece_size = 16;
constexpr std::size_t page_size = 4096;

std::size_t count_in_page(std::string_view text, std::string_view piece) {
    std::size_t found = 0;
    // What starts after the page is found with the next one.
    for (std::size_t at = text.find(piece); at < page_size; at = text.find(piece, at + 1))
        ++found;
    return found;
}

/// How many copies of the unmasked `masked`, or of a piece of it, lie in this process's writable memory.
std::size_t copies_in_memory(const std::string& masked) {
    const client::FileDescriptor memory(open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
    REQUIRE(memory.is_open());
    std::vector<std::size_t> found(masked.size() / piece_size);
    std::string page(page_size + piece_size, '\0');
    for (const Mapping& mapping : writable_mappings()) {
        for (std::uintptr_t at = mapping.begin; at < mapping.end; at += page_size) {
            const ssize_t count = pread(memory.get(), page.data(), page.size(), static_cast<off_t>(at));
            if (count <= 0)
                continue;
            for (char& c : page)
                c = static_cast<char>(c ^ mask);
            const std::string_view text(page.data(), static_cast<std::size_t>(count));
            for (std::size_t i = 0; i < found.size(); ++i)
                found[i] += count_in_page(text, std::string_view(masked).substr(i * piece_size, piece_size));
            // Or it would be a copy itself when its own page comes.
            std::fill(page.begin(), page.end(), '\0');
        }
    }
    return *std::max_element(found.begin(), found.end());
}

/// A secret, masked; made at run time so that it is no constant of the program. Longer than any PIN, so that
/// some piece of a copy outlives whatever the allocator does to it.
std::string masked_secret() {
    std::string text;
    unsigned state = static_cast<unsigned>(getpid());
    for (std::size_t i = 0; i < 50 * piece_size; ++i) {
        state = state * 1103515245 + 12345;
        text += static_cast<char>(('A' + (state >> 16U) % 26) ^ mask);
    }
    return text;
}

Secret unmask(const std::string& masked) {
    Secret secret(masked.size());
    for (std::size_t i = 0; i < masked.size(); ++i)
        secret.data()[i] = static_cast<std::uint8_t>(static_cast<unsigned char>(masked[i]) ^ mask);
    return secret;
}

/// Answers Unwrap with `key`, and leaves no copy of it.
void answer_with(FakePeer& peer, const protocol::Request& request, const Secret& key) {
    protocol::Reply reply;
    // set_key would copy it through a string that nobody wipes.
    reply.mutable_unwrap()->mutable_key()->assign(key.reveal());
    reply.mutable_unwrap()->set_identity("pkcs11:object=alice;type=private");
    reply.set_id(request.id());
    std::string frame = frame_of(reply);
    wipe(*reply.mutable_unwrap()->mutable_key());
    peer.send(frame);
    wipe(frame);
}

}  // namespace

TEST_CASE("No copy of a PIN stays behind after it was sent") {
    const std::string masked = masked_secret();
    stacks[0] = reinterpret_cast<std::uintptr_t>(&masked);
    const FakeAgent agent([](FakePeer& peer) {
        stacks[1] = reinterpret_cast<std::uintptr_t>(&peer);
        peer.welcome();
        peer.discard();
        protocol::Request second;
        second.set_id(2);
        peer.answer(second, {});
    });
    {
        const std::optional<Secret> pin = unmask(masked);
        // The search does find a copy that is there: the secret itself.
        CHECK(copies_in_memory(masked) >= 1);
        client::AgentConnection connection(agent.socket());
        connection.unlock("alice", pin);
    }
    CHECK(copies_in_memory(masked) == 0);
}

TEST_CASE("No copy of an unwrapped key stays behind but the one handed out") {
    const std::string masked = masked_secret();
    stacks[0] = reinterpret_cast<std::uintptr_t>(&masked);
    std::latch forgotten(1);
    const FakeAgent agent([&](FakePeer& peer) {
        stacks[1] = reinterpret_cast<std::uintptr_t>(&peer);
        peer.welcome();
        if (const auto request = peer.read())
            answer_with(peer, *request, unmask(masked));
        forgotten.count_down();
    });
    {
        client::AgentConnection connection(agent.socket());
        const client::UnwrappedKey unwrapped = connection.unwrap({{0x30, 0x00}}, {0x30, 0x00});
        // The agent here is a thread of this process: its own copies must be gone too.
        forgotten.wait();
        CHECK(unwrapped.key.size() == masked.size());
        CHECK(copies_in_memory(masked) == 1);
    }
    CHECK(copies_in_memory(masked) == 0);
}
