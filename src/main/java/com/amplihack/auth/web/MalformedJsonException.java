package com.amplihack.auth.web;

/** Says that bytes are not the JSON object that was expected; the message is fit for a client. */
public class MalformedJsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedJsonException(String message) {
        super(message, null, false, false);
    }
}
