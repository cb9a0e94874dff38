package com.amplihack.auth.users.transfer;

import java.io.IOException;

/** Takes what an import answers; an {@link IOException} ends the import. */
public interface ImportSink {
    /** What became of the next line, in the order of the lines. */
    void answer(ImportAnswer answer) throws IOException;

    /** What became of all lines so far; after some lines, and at least every few seconds while there are lines. */
    void progress(ImportSummary soFar) throws IOException;
}
