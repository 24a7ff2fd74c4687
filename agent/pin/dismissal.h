// Closes a dialogue with a person from outside.
#pragma once

#include <functional>
#include <utility>

namespace signet::agent::pin {

/// Says that nobody waits for the PIN any more: the dialogue that is open is closed, and none is opened any
/// more. One thread; must outlive the dialogue.
class Dismissal {
  public:
    /// For good. Throws what Dialogue's `close` throws.
    void dismiss() {
        m_dismissed = true;
        if (m_close)
            m_close();
    }
    [[nodiscard]] bool dismissed() const noexcept { return m_dismissed; }

    /// An open dialogue, as long as it lives. `close` is called when it shall end, perhaps more than once.
    class Dialogue {
      public:
        Dialogue(Dismissal& dismissal, std::function<void()> close) : m_dismissal(dismissal) {
            m_dismissal.m_close = std::move(close);
        }
        ~Dialogue() { m_dismissal.m_close = nullptr; }
        Dialogue(const Dialogue&) = delete;
        Dialogue& operator=(const Dialogue&) = delete;
        Dialogue(Dialogue&&) = delete;
        Dialogue& operator=(Dialogue&&) = delete;

      private:
        Dismissal& m_dismissal;
    };

  private:
    bool m_dismissed = false;
    std::function<void()> m_close;
};

}  // namespace signet::agent::pin
