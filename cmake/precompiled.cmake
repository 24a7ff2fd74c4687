# Headers that cost much of a second in every source that includes them, read once. Sources include what they use all the same: a
# build with CMAKE_DISABLE_PRECOMPILE_HEADERS (scripts/lint makes one) shows it.
set(SIGNET_PRECOMPILED
  <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span> <stdexcept> <string> <string_view>
  <system_error> <vector> <openssl/cms.h> <openssl/x509v3.h>)
set(SIGNET_PRECOMPILED_ASIO
  ${PROJECT_SOURCE_DIR}/agent/asio.h
  ${PROJECT_BINARY_DIR}/generated/agent/protocol/signet.pb.h
  ${PROJECT_BINARY_DIR}/generated/token/protocol/token.pb.h
  <spdlog/spdlog.h>)
set(SIGNET_PRECOMPILED_TESTS ${PROJECT_SOURCE_DIR}/tests/catch.h ${SIGNET_PRECOMPILED})

# Where those of most libraries and programs come from: target_precompile_headers(TARGET REUSE_FROM signet_headers). Not of those
# with definitions of their own that the headers look at, nor where g++ 12 then warns of the standard library itself.
add_library(signet_headers STATIC ${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp)
target_link_libraries(signet_headers PRIVATE OpenSSL::Crypto)
target_precompile_headers(signet_headers PRIVATE ${SIGNET_PRECOMPILED})
