#include "tests/cms/wycheproof.h"

#include <boost/property_tree/json_parser.hpp>
#include <filesystem>

#include "tests/catch.h"

namespace signet::cms::test {

Bytes from_hex(const std::string& hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

void check_vectors(const std::string& file, const std::function<bool(const ptree&, const ptree&)>& holds) {
    const std::filesystem::path corpus = SIGNET_WYCHEPROOF;
    // Not of the file: ctest takes the text for a skipped test, and no failure may hide behind that.
    if (!std::filesystem::exists(corpus)) {
        WARN("the corpus is not here: " << corpus);
        return;
    }
    ptree all;
    boost::property_tree::read_json((corpus / file).string(), all);
    int vectors = 0;
    for (const auto& [group_key, group] : all.get_child("testGroups"))
        for (const auto& [test_key, test] : group.get_child("tests")) {
            const auto result = test.get<std::string>("result");
            CAPTURE(file, test.get<std::string>("tcId"), test.get<std::string>("comment"));
            ++vectors;
            if (result == "acceptable")
                (void)holds(group, test);
            else
                CHECK(holds(group, test) == (result == "valid"));
        }
    CHECK(std::to_string(vectors) == all.get<std::string>("numberOfTests"));
}

}  // namespace signet::cms::test
