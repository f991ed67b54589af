#include "20_web_server/server/linger.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace book::http {

bool is_settled(int socket) noexcept {
  int unread = 0, unsent = 0;  // unsent: or sent, and not acknowledged
  return ::ioctl(socket, SIOCINQ, &unread) == 0 && unread == 0 &&
         ::ioctl(socket, SIOCOUTQ, &unsent) == 0 && unsent == 0;
}

void reset_on_close(int socket) noexcept {
  const ::linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace book::http
