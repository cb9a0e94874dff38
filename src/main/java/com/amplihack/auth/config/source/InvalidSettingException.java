package com.amplihack.auth.config.source;

/** Stops the deployment because of a bad setting; the message is one sentence for the operator. */
public class InvalidSettingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String sentence;

    public InvalidSettingException(String sentence) {
        super(sentence, null, false, false); // no stack trace: the sentence says it all
        this.sentence = sentence;
    }

    @Override
    public String getMessage() {
        return sentence;
    }
}
