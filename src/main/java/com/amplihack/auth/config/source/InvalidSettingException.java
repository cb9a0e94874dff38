package com.amplihack.auth.config.source;

/** A setting that stops the deployment; the message is the one sentence that an operator reads. */
public class InvalidSettingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String sentence;

    public InvalidSettingException(String sentence) {
        super(sentence, null, false, false); // the sentence is all that an operator needs
        this.sentence = sentence;
    }

    @Override
    public String getMessage() {
        return sentence;
    }
}
