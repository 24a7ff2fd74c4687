#include <cstdlib>

#include "client/agent_connection.h"
#include "tests/catch.h"

using signet::client::default_socket_path;

TEST_CASE("The agent's socket: SIGNET_SOCKET, then XDG_RUNTIME_DIR, then /run") {
    unsetenv("SIGNET_SOCKET");
    unsetenv("XDG_RUNTIME_DIR");
    CHECK(default_socket_path() == "/run/signet/agent.sock");
    setenv("XDG_RUNTIME_DIR", "/run/user/1000", 1);
    CHECK(default_socket_path() == "/run/user/1000/signet/agent.sock");
    setenv("SIGNET_SOCKET", "/elsewhere/agent.sock", 1);
    CHECK(default_socket_path() == "/elsewhere/agent.sock");
    setenv("SIGNET_SOCKET", "", 1);
    CHECK(default_socket_path() == "/run/user/1000/signet/agent.sock");
    setenv("XDG_RUNTIME_DIR", "", 1);
    CHECK(default_socket_path() == "/run/signet/agent.sock");
    unsetenv("SIGNET_SOCKET");
    unsetenv("XDG_RUNTIME_DIR");
}
