package com.amplihack.auth.users.password.hash;

/** A password hash that cannot be compared, or would cost too much; the message says why and never quotes it. */
public class UnsupportedHashException extends Exception {
    private static final long serialVersionUID = 1;

    UnsupportedHashException(String why) {
        super(why, null, false, false);
    }
}
