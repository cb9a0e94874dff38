package com.amplihack.auth.web;

/** Thrown for bytes that are not a strict JSON object; the message may be shown to the client. */
public class MalformedJsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedJsonException(String message) {
        super(message, null, false, false);
    }
}
