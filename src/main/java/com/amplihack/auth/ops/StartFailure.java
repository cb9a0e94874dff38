package com.amplihack.auth.ops;

import java.nio.file.FileSystemException;

/** What stops a deployment: one sentence, without the stack of the place that noticed. */
final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private StartFailure(String sentence) {
        super(sentence, null, false, false);
    }

    /** Says what the innermost cause says; one that names a file alone leaves it to whoever knows what the file is for. */
    static StartFailure of(RuntimeException failed) {
        Throwable told = failed;
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && !(cause instanceof FileSystemException)) {
                told = cause;
            }
        }
        return new StartFailure("Amplihack Auth cannot start: " + told.getMessage());
    }
}
