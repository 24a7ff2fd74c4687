#include "client/commands/json_writer.h"
#include "tests/catch.h"

using signet::client::commands::JsonWriter;

TEST_CASE("JSON is put together with its commas") {
    JsonWriter json;
    json.begin_object();
    json.key("a").begin_array().end_array();
    json.key("b").texts(std::vector<std::string>{"x", "y"});
    json.key("c").begin_array().begin_object().end_object().begin_object();
    json.key("d").null().key("e").boolean(true).end_object().end_array();
    json.key("f").number(std::int64_t{-1}).key("g").number(~std::uint64_t{0});
    json.end_object();
    CHECK(json.finish() ==
          R"({"a":[],"b":["x","y"],"c":[{},{"d":null,"e":true}],"f":-1,"g":18446744073709551615})"
          "\n");
}

TEST_CASE("JSON text is escaped") {
    JsonWriter json;
    json.text("say \"hi\" \\ \n\x1f\x7f Zoë \xff");
    CHECK(json.finish() == "\"say \\\"hi\\\" \\\\ \\u000a\\u001f\\u007f Zoë \\ufffd\"\n");
}
