package com.amplihack.auth.server;

import org.junit.jupiter.api.Tag;

/** The same on Payara Server 7, which is what production should run on. */
@Tag("one-store")
@Tag("full")
class PayaraServer7IT extends PayaraServerIT {
    @Override
    PayaraServer server() {
        return PayaraServer.seven();
    }
}
