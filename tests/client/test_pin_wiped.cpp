#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
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

std::vector<Mapping> writable_mappings() {
    std::vector<Mapping> mappings;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields(line);
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        std::string permissions;
        fields >> std::hex >> begin >> dash >> end >> permissions;
        if (permissions.starts_with("rw") && end - begin <= max_mapping)
            mappings.push_back({begin, end});
    }
    return mappings;
}

/// How often the unmasked `masked` lies in this process's writable memory. What is read is masked at once, in
/// a buffer that is left out of the search.
std::size_t count_in_memory(const std::string& masked) {
    const client::FileDescriptor memory(open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
    REQUIRE(memory.is_open());
    std::size_t found = 0;
    std::string page(4096 + masked.size(), '\0');
    for (const Mapping& mapping : writable_mappings()) {
        for (std::uintptr_t at = mapping.begin; at < mapping.end; at += 4096) {
            const ssize_t count = pread(memory.get(), page.data(), page.size(), static_cast<off_t>(at));
            if (count <= 0)
                continue;
            // A page's copy would count as a find of its own when its mapping comes.
            for (char& c : page)
                c = static_cast<char>(c ^ mask);
            std::size_t position = 0;
            const std::string_view text(page.data(), static_cast<std::size_t>(count));
            while ((position = text.find(masked, position)) < 4096) {
                ++found;
                ++position;
            }
        }
    }
    return found;
}

/// "pin-NNNNNN...", masked; made at run time so that it is no constant of the program.
std::string masked_pin() {
    std::string text;
    for (int i = 0; i < 24; ++i)
        text += static_cast<char>(('A' + (i * 7 + getpid()) % 26) ^ mask);
    return text;
}

Secret unmask(const std::string& masked) {
    Secret secret(masked.size());
    for (std::size_t i = 0; i < masked.size(); ++i)
        secret.data()[i] = static_cast<std::uint8_t>(static_cast<unsigned char>(masked[i]) ^ mask);
    return secret;
}

}  // namespace

TEST_CASE("No copy of a PIN stays behind after it was sent") {
    const std::string masked = masked_pin();
    const FakeAgent agent([](FakePeer& peer) {
        peer.welcome();
        peer.discard();
        protocol::Request second;
        second.set_id(2);
        peer.answer(second, {});
    });
    {
        const std::optional<Secret> pin = unmask(masked);
        // The search does find a copy that is there: the secret itself.
        CHECK(count_in_memory(masked) >= 1);
        client::AgentConnection connection(agent.socket());
        connection.unlock("alice", pin);
    }
    CHECK(count_in_memory(masked) == 0);
}

TEST_CASE("No copy of an unwrapped key stays behind but the one handed out") {
    const std::string masked = masked_pin();
    const FakeAgent agent([&masked](FakePeer& peer) {
        peer.welcome();
        const auto request = peer.read();
        if (!request)
            return;
        const Secret key = unmask(masked);
        protocol::Reply reply;
        reply.mutable_unwrap()->set_key(key.data(), key.size());
        reply.mutable_unwrap()->set_identity("pkcs11:object=alice;type=private");
        reply.set_id(request->id());
        std::string frame = frame_of(reply);
        wipe(*reply.mutable_unwrap()->mutable_key());
        peer.send(frame);
        wipe(frame);
    });
    {
        client::AgentConnection connection(agent.socket());
        const client::UnwrappedKey unwrapped = connection.unwrap({{0x30, 0x00}}, {0x30, 0x00});
        CHECK(unwrapped.key.size() == masked.size());
        CHECK(count_in_memory(masked) == 1);
    }
    CHECK(count_in_memory(masked) == 0);
}
