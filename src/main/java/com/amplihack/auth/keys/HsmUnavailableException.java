package com.amplihack.auth.keys;

import java.io.IOException;

/** The HSM does not do what it is asked for, now. */
final class HsmUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    HsmUnavailableException(String sentence) {
        super(sentence);
    }
}
