#include "client/commands/commands.h"

int main(int argc, char** argv) {
    using namespace signet::client::commands;
    return run_program([&] { return run_command(arguments_of(argc, argv)); });
}
