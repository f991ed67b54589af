#include "17_io/database/database.h"

#include <utility>

#include "17_io/database/session.h"

namespace book {
namespace {

/// The session is a stream's, from its first poll to its end, whichever end that is.
class Turn {
 public:
  explicit Turn(detail::Session& session) : session_(session) { session_.take(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { session_.give_back(); }

 private:
  detail::Session& session_;
};

AsyncStream<Row> rows(std::shared_ptr<detail::Session> session, std::string sql,
                      std::vector<std::optional<std::string>> parameters) {
  const Turn turn(*session);
  co_await session->tidy();
  session->send(sql, parameters);
  for (;;) {
    auto next = session->next_row();
    auto result = co_await next;
    if (!result) break;
    Row row(std::move(result));
    co_yield std::move(row);
  }
}

}  // namespace

Async<Database> Database::connect(std::string options) {
  const auto session = std::make_shared<detail::Session>(options);
  co_await session->connect();
  co_return Database(session);
}

AsyncStream<Row> Database::start(std::string sql, Parameters parameters) {
  return rows(session_, std::move(sql), std::move(parameters));
}

bool Database::is_open() const noexcept { return session_->is_open(); }

void Database::on_notice(std::function<void(std::string_view)> handler) {
  session_->on_notice = std::move(handler);
}

}  // namespace book
