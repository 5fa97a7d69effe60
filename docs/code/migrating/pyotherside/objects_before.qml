// SPDX-License-Identifier: BSD-3-Clause
import QtQuick 2.0
import io.thp.pyotherside 1.5

Item {
    Python {
        id: python
        Component.onCompleted: {
            addImportPath(Qt.resolvedUrl("."));
            importModule("objects_before", function () {
                call("objects_before.Order", ["ACME"], function (order) {
                    console.log("symbol", python.getattr(order, "symbol"));
                    Qt.quit();
                });
            });
        }
    }
}

// prints: symbol ACME
