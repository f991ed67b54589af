#include "common/x.h"
#include <gtest/gtest.h>
TEST(X,IsThree){EXPECT_EQ(book::x(),3);}
