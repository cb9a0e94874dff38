package com.amplihack.auth.keys.hsm;

import java.io.IOException;

/** The HSM does not do what it is asked for, now. */
public final class HsmUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    HsmUnavailableException(String sentence) {
        super(sentence);
    }
}
