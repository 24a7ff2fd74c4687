#include <vector>

#include "tests/catch.h"
#include "token/report.h"

using Bytes = std::vector<unsigned char>;

namespace {

Bytes point_of(std::size_t field) {
    Bytes point(1 + 2 * field, 0x3f);
    point[0] = 0x04;
    return point;
}

Bytes prefixed(const Bytes& prefix, const Bytes& bytes) {
    Bytes all = prefix;
    all.insert(all.end(), bytes.begin(), bytes.end());
    return all;
}

Bytes unwrapped(const Bytes& attribute) {
    const auto point = signet::token::uncompressed_point(attribute);
    return {point.begin(), point.end()};
}

}  // namespace

TEST_CASE("A point is found with and without its OCTET STRING") {
    for (const std::size_t field : {32U, 48U}) {
        const Bytes point = point_of(field);
        CHECK(unwrapped(point) == point);
        CHECK(unwrapped(prefixed({0x04, static_cast<unsigned char>(point.size())}, point)) == point);
    }
    const Bytes p521 = point_of(66);
    CHECK(unwrapped(p521) == p521);
    CHECK(unwrapped(prefixed({0x04, 0x81, static_cast<unsigned char>(p521.size())}, p521)) == p521);
}

TEST_CASE("A bare point whose x begins like a length is not cut") {
    Bytes point = point_of(32);
    point[1] = static_cast<unsigned char>(point.size() - 2);
    point[2] = 0x04;
    CHECK(unwrapped(point) == point);
}

TEST_CASE("What is no uncompressed point is left out") {
    for (const Bytes& attribute :
         {Bytes(), Bytes{0x04}, Bytes{0x04, 0x00, 0x00}, Bytes(33, 0x02), Bytes(65, 0x02), point_of(33),
          prefixed({0x04, 0x40}, point_of(32)), prefixed({0x04, 0x81, 0x41}, point_of(32)),
          prefixed({0x04, 0x21}, Bytes(33, 0x02))})
        CHECK(unwrapped(attribute).empty());
}

TEST_CASE("The public value of an Edwards or Montgomery key is found in each of its forms") {
    const auto unwrapped_compressed = [](const Bytes& attribute) -> Bytes {
        const auto point = signet::token::compressed_point(attribute);
        return {point.begin(), point.end()};
    };
    for (const std::size_t size : {32U, 56U, 57U}) {
        INFO(size);
        // It may begin like either of the headers.
        for (const unsigned char first : Bytes{0x03, 0x04, 0x77}) {
            Bytes point(size, 0x3f);
            point[0] = first;
            const auto length = static_cast<unsigned char>(size);
            const auto longer = static_cast<unsigned char>(size + 1);
            CHECK(unwrapped_compressed(point) == point);
            CHECK(unwrapped_compressed(prefixed({0x04, length}, point)) == point);
            CHECK(unwrapped_compressed(prefixed({0x03, longer, 0x00}, point)) == point);
            CHECK(unwrapped_compressed(prefixed({0x04, longer}, point)).empty());
            CHECK(unwrapped_compressed(prefixed({0x03, longer, 0x01}, point)).empty());
            CHECK(unwrapped_compressed(prefixed({0x05, length}, point)).empty());
        }
    }
    for (const Bytes& attribute : {Bytes(), Bytes{0x04}, Bytes{0x04, 0x00, 0x00}, Bytes(33, 0x04)})
        CHECK(unwrapped_compressed(attribute).empty());
}
