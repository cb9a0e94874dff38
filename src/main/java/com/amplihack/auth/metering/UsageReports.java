package com.amplihack.auth.metering;

import com.amplihack.auth.problem.AuthException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/** Answers questions about usage, with what was counted on this node until now and on others half a minute ago. */
@Singleton
public class UsageReports {
    private final UsageWriter writer;
    private final UsageBook book;

    @Inject
    public UsageReports(UsageWriter writer, UsageBook book) {
        this.writer = writer;
        this.book = book;
    }

    /**
     * A page.
     *
     * @throws AuthException {@code store_unavailable}
     */
    public UsageAnswer of(UsageQuery asked) {
        asked.account().ifPresentOrElse(writer::save, writer::saveAll);
        List<UsageSum> found = book.report(asked, asked.limit() + 1);
        return UsageAnswer.of(asked, found);
    }
}
