package com.amplihack.auth.keys.hsm;

import java.io.IOException;

/** The HSM cannot serve a call now. */
public final class HsmUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    HsmUnavailableException(String message) {
        super(message);
    }
}
