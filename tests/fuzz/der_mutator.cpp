// Mutates what is DER or BER as a tree: elements are altered, doubled, removed, moved and retagged, and all
// lengths around them are right again, so that a mutation gets past the outermost bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using Octets = std::vector<std::uint8_t>;
constexpr int max_depth = 40;
constexpr std::size_t max_elements = 4096;

struct Element {
    std::uint8_t identifier = 0;
    bool indefinite = false;
    Octets contents;
    std::vector<Element> inside;
};

class Reader {
  public:
    Reader(const std::uint8_t* data, std::size_t size) : m_data(data), m_size(size) {}

    /// The elements up to `end`, or to the end-of-contents octets; false if it is no BER.
    bool read(std::vector<Element>& to, std::size_t end, bool indefinite, int depth) {
        while (m_at < end) {
            if (indefinite && m_at + 2 <= end && m_data[m_at] == 0 && m_data[m_at + 1] == 0) {
                m_at += 2;
                return true;
            }
            if (++m_elements > max_elements || depth > max_depth || !read_one(to, end, depth))
                return false;
        }
        return !indefinite;
    }
    [[nodiscard]] std::size_t size() const { return m_size; }

  private:
    bool read_one(std::vector<Element>& to, std::size_t end, int depth) {
        Element element;
        element.identifier = m_data[m_at++];
        if ((element.identifier & 0x1F) == 0x1F || m_at == end)
            return false;
        std::size_t length = m_data[m_at++];
        element.indefinite = length == 0x80;
        if (length > 0x80) {
            const std::size_t octets = length - 0x80;
            if (octets > 4 || end - m_at < octets)
                return false;
            length = 0;
            for (std::size_t i = 0; i < octets; ++i)
                length = length << 8 | m_data[m_at++];
        }
        if (!element.indefinite && length > end - m_at)
            return false;
        const std::size_t inner_end = element.indefinite ? end : m_at + length;
        if ((element.identifier & 0x20) != 0) {
            if (!read(element.inside, inner_end, element.indefinite, depth + 1))
                return false;
        } else if (element.indefinite) {
            return false;
        } else {
            element.contents.assign(m_data + m_at, m_data + inner_end);
            m_at = inner_end;
        }
        to.push_back(std::move(element));
        return true;
    }

    const std::uint8_t* m_data;
    std::size_t m_size;
    std::size_t m_at = 0;
    std::size_t m_elements = 0;
};

void write(Octets& to, const std::vector<Element>& elements) {
    for (const Element& element : elements) {
        Octets inner = element.contents;
        if ((element.identifier & 0x20) != 0) {
            inner.clear();
            write(inner, element.inside);
        }
        to.push_back(element.identifier);
        if (element.indefinite) {
            to.push_back(0x80);
        } else if (inner.size() < 0x80) {
            to.push_back(static_cast<std::uint8_t>(inner.size()));
        } else {
            to.push_back(0x83);
            for (int shift = 16; shift >= 0; shift -= 8)
                to.push_back(static_cast<std::uint8_t>(inner.size() >> shift));
        }
        to.insert(to.end(), inner.begin(), inner.end());
        if (element.indefinite)
            to.insert(to.end(), {0, 0});
    }
}

struct Place {
    std::vector<Element>* in;
    std::size_t index;
};

void places(std::vector<Element>& elements, std::vector<Place>& to) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
        to.push_back({&elements, i});
        places(elements[i].inside, to);
    }
}

void alter_contents(Element& element, std::mt19937& random) {
    if ((element.identifier & 0x20) != 0) {
        element.indefinite = !element.indefinite;
        return;
    }
    const std::size_t size = element.contents.size();
    element.contents.resize(size + 1 + random() % 32);
    element.contents.resize(LLVMFuzzerMutate(element.contents.data(), size, element.contents.size()));
}

/// An OCTET STRING or BIT STRING in constructed form, as BER allows it.
void construct(Element& element) {
    if ((element.identifier & 0x20) != 0)
        return;
    const auto half = static_cast<std::ptrdiff_t>(element.contents.size() / 2);
    Element first{0x04, false, {element.contents.begin(), element.contents.begin() + half}, {}};
    Element second{0x04, false, {element.contents.begin() + half, element.contents.end()}, {}};
    element.identifier = static_cast<std::uint8_t>(element.identifier | 0x20);
    element.contents.clear();
    element.inside = {std::move(first), std::move(second)};
}

void mutate(std::vector<Element>& tree, std::mt19937& random) {
    std::vector<Place> all;
    places(tree, all);
    const Place place = all[random() % all.size()];
    const Place other = all[random() % all.size()];
    const auto at = place.in->begin() + static_cast<std::ptrdiff_t>(place.index);
    switch (random() % 7) {
        case 0:
        case 1:
            return alter_contents(*at, random);
        case 2: {
            const Element copy = *at;
            place.in->insert(at, copy);
            return;
        }
        case 3:
            place.in->erase(at);
            return;
        case 4: {
            const Element copy = (*other.in)[other.index];
            *at = copy;
            return;
        }
        case 5:
            at->identifier = static_cast<std::uint8_t>((at->identifier & 0x20U) | (random() & 0xDEU));
            if ((at->identifier & 0x1F) == 0x1F)
                at->identifier ^= 1U;
            return;
        default:
            return construct(*at);
    }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
    std::mt19937 random(seed);
    Reader reader(data, size);
    std::vector<Element> tree;
    if (random() % 4 == 0 || !reader.read(tree, size, false, 0) || tree.empty())
        return LLVMFuzzerMutate(data, size, max_size);
    mutate(tree, random);
    Octets out;
    write(out, tree);
    if (out.empty() || out.size() > max_size)
        return LLVMFuzzerMutate(data, size, max_size);
    std::copy(out.begin(), out.end(), data);
    return out.size();
}
