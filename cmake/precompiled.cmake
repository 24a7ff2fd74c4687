# Headers that cost seconds in every source that includes them, read once. Sources include what they use all the same: a build with
# CMAKE_DISABLE_PRECOMPILE_HEADERS (scripts/lint makes one) shows it.
set(SIGNET_PRECOMPILED_ASIO
  ${PROJECT_SOURCE_DIR}/agent/asio.h
  ${PROJECT_BINARY_DIR}/generated/agent/protocol/signet.pb.h
  ${PROJECT_BINARY_DIR}/generated/token/protocol/token.pb.h
  <spdlog/spdlog.h>)
set(SIGNET_PRECOMPILED_TESTS ${PROJECT_SOURCE_DIR}/tests/catch.h <string> <vector> <filesystem>)
